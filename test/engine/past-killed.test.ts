import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { preview, up } from "../../automation";
import { changesOf } from "../past/changes";
import { pasts, projectOf } from "../past/past";
import { StatefulResources } from "../past/stateful-resources";
import { ofThisTurn } from "../turn";
import { FakeAwsEndpoint } from "./fake-aws-endpoint";
import type { Operation } from "./fake-provider/world";
import type { TestProject } from "./harness";

/** One in so many. */
const SHARES = 30;

describe("the state of an earlier version, brought up to date by an `up` that is killed", () => {
  let project: TestProject;
  let endpoint: FakeAwsEndpoint;

  before(async () => {
    endpoint = await FakeAwsEndpoint.start(() => project.world);
    Object.assign(process.env, endpoint.environment);
  });
  after(() => {
    for (const name of Object.keys(endpoint.environment)) delete process.env[name];
    endpoint.stop();
  });
  afterEach(() => project.remove());

  const changed = changesOf(pasts).filter(({ same }) => !same);
  for (const { past, title, settings } of ofThisTurn(changed, SHARES)) {
    it(`${past.name}: the next one converges and loses nothing where ${title}`, async () => {
      project = await projectOf(past);
      const stateful = StatefulResources.of(project);
      await project.set(settings);
      await killAtChance(`${past.name} ${title}`);
      await up({ ...project.options, retryWaitMs: 10 });
      await stateful.assertKept();
      await project.assertSettled();
      assert.deepEqual(await preview(project.options), []);
    });
  }

  /** At an operation that the seed alone chooses, before or after the account has carried it out. */
  async function killAtChance(seed: string): Promise<void> {
    const number = createHash("sha256").update(seed).digest().readUInt32BE();
    const changes = (await preview(project.options)).filter(({ type }) => type.startsWith("aws:"));
    // A preview replaces what depends on an update, whose outputs it does not know; the update itself may find them as they were.
    const certain = changes.filter(({ operation }) => ["create", "update", "delete"].includes(operation));
    const candidates = certain.length > 0 ? certain : changes;
    const chosen = candidates[number % candidates.length];
    assert.ok(chosen !== undefined, "nothing is to be changed");
    const { name, type } = chosen;
    const operation: Operation = chosen.operation === "update" ? "update" : removalOr(chosen.operation);
    project.world.setFaults({ operation, name, type, late: number % 2 === 0 });
    const { child, ended } = project.start(["up", "--yes"]);
    const early = ended.then(({ stderr }) => assert.fail(`it ended before ${operation} ${name}: ${stderr}`));
    await Promise.race([project.held(name), early]);
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await assert.rejects(early);
    project.world.setFaults();
  }
});

/** What the account sees first of a change. */
function removalOr(operation: string): Operation {
  return operation === "delete" ? "delete" : "create";
}
