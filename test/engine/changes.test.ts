import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { Deployment, PipelineError, type UpOptions } from "../../automation";
import { type Base, bases, configurationOf } from "../changes/bases";
import { type Change, changesOf, everySetting } from "../changes/matrix";
import { outcomeOf } from "../changes/outcome";
import { lossesNamed, stepsDone, stepsPlanned } from "../changes/steps";
import { ofThisTurn } from "../turn";
import { TestProject } from "./harness";

/** Each case is two updates; so many shares leave four or five of them to a run. */
const SHARES = 120;

/** On each stack one change of each setting, and of lists each nature of change. */
const settings = everySetting.map((setting) => changesOf(setting));
const cases = bases.flatMap(({ stack }) =>
  settings.flatMap(({ key, changes }) => {
    const here = changes.filter(({ from }) => from.base.stack === stack);
    const natures = [...new Set(here.map(({ nature }) => nature))];
    return natures.flatMap((nature) => {
      const change = here.find((each) => each.nature === nature);
      return change === undefined ? [] : [{ stack, key, change }];
    });
  }),
);
const chosen = ofThisTurn(cases, SHARES);

for (const stack of new Set(chosen.map((each) => each.stack))) {
  describe(`a deployed stack like ${stack}`, () => {
    let project: TestProject;
    let deployed: Base | undefined;
    before(async () => {
      project = await TestProject.create(stack);
    });
    after(() => project.remove());

    for (const { key, change } of chosen.filter((each) => each.stack === stack)) {
      it(`changes by ${key} (${change.nature}) and back what the plans say, and nothing else`, async () => {
        await deploy(change.from.base);
        await changes(change);
        await changes({ ...change, from: change.to, to: change.from });
        await project.assertSettled();
      });
    }

    /** Updates as the change says: refused first where that loses something. */
    async function changes(change: Change): Promise<void> {
      const { difference, losses } = await outcomeOf(change);
      await configure(change.to.base);
      if (losses.length > 0) {
        const before = project.world.things();
        await assert.rejects(update(), (error) => {
          assert.ok(error instanceof PipelineError);
          assert.deepEqual(lossesNamed(error), losses.map(({ name }) => name).sort());
          return true;
        });
        assert.deepEqual(project.world.things(), before);
      }
      const done = await update({ allowLoss: losses.length > 0 });
      assert.deepEqual(stepsDone(done.changes), stepsPlanned(difference));
      deployed = change.to.base;
    }

    async function deploy(base: Base): Promise<void> {
      await configure(base);
      if (!isDeepStrictEqual(deployed, base)) await update({ allowLoss: true });
      deployed = base;
    }

    /** Without a choice of the external id, which would add to the settings. */
    async function update(options: UpOptions = {}) {
      return (await Deployment.open({ ...project.options, create: true })).up(options);
    }

    async function configure(base: Base): Promise<void> {
      await project.configure(configurationOf(base));
    }
  });
}
