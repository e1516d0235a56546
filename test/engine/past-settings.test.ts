import assert from "node:assert/strict";
import { PipelineError, preview, up } from "../../automation";
import type { Base } from "../changes/bases";
import { type Difference, differenceOf, lossesOf } from "../changes/difference";
import { planOf } from "../changes/plans";
import { lossesNamed } from "../changes/steps";
import { pasts, projectOf } from "../past/past";
import { type SettingChange, settingChangesOf } from "../past/setting-changes";
import { StatefulResources } from "../past/stateful-resources";
import { ofThisTurn } from "../turn";
import type { TestProject } from "./harness";

/** One change in so many, of about a thousand. */
const SHARES = 200;

describe("the state of an earlier version, by `up`, with each setting of the schema", () => {
  let project: TestProject;
  afterEach(() => project.remove());

  for (const change of ofThisTurn(settingChangesOf(pasts), SHARES)) {
    const { past, key } = change;
    it(`${past.name} is brought up to date where ${key} changes, and loses nothing without --allow-loss`, async () => {
      const { to, difference } = await chosen(change);
      project = await projectOf(past);
      await configure(to);
      const losses = lossesOf(difference).map(({ name }) => name);
      if (losses.length > 0) await assertRefused(losses);
      const stateful = StatefulResources.of(project, leaving(difference));
      stateful.assertUntouched(await preview(project.options));
      await up({ ...project.options, allowLoss: losses.length > 0 });
      await stateful.assertKept();
      await project.assertSettled();
      assert.deepEqual(await preview(project.options), []);
    });
  }

  /** Another value that loses nothing, where there is one; the first that changes a resource. */
  async function chosen({ from, to }: SettingChange): Promise<{ to: Base; difference: Difference }> {
    const before = await planOf(from);
    const all: { to: Base; difference: Difference }[] = [];
    for (const base of to) all.push({ to: base, difference: differenceOf(before, await planOf(base)) });
    const free = all.filter(({ difference }) => lossesOf(difference).length === 0);
    const among = free.length > 0 ? free : all;
    const felt = among.find(({ difference }) => changesResources(difference));
    return felt ?? among[0] ?? assert.fail("no other value");
  }

  /** The settings of the change beside those of the provider that the recording has. */
  async function configure({ settings }: Base): Promise<void> {
    const { config } = await project.stackFile();
    const others = Object.entries(config).filter(([name]) => !name.startsWith(NAMESPACE));
    const own = Object.entries(settings).map(([name, value]) => [`${NAMESPACE}${name}`, value]);
    await project.configure(Object.fromEntries([...others, ...own]));
  }

  async function assertRefused(losses: readonly string[]): Promise<void> {
    const before = project.world.things();
    await assert.rejects(up(project.options), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.deepEqual(lossesNamed(error), [...losses].sort());
      return true;
    });
    assert.deepEqual(project.world.things(), before);
  }
});

const NAMESPACE = "braintrust-snowflake:";

function changesResources({ created, deleted, updated, replaced }: Difference): boolean {
  return [...created, ...deleted, ...updated, ...replaced].length > 0;
}

/** Names of the resources that the change itself takes away. */
function leaving({ deleted, replaced }: Difference): string[] {
  return [...deleted, ...replaced.map(({ before }) => before)].map(({ name }) => name);
}
