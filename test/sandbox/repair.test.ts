import assert from "node:assert/strict";
import { type Change, Deployment, preview, refresh, up } from "../../automation";
import { EXTERNAL_ID, SNOWFLAKE_USER } from "../../automation/sandbox/project";
import { type SandboxStack, useSandbox } from "./harness";
import { sabotages } from "./sabotage";
import type { Find } from "./sabotage-words";

const snowflakeArn = `arn:aws:iam::000000000000:user/${SNOWFLAKE_USER}`;
/** Between them, these make every type of resource that the program knows. */
const everything = {
  snowflake: {
    access: "user",
    snsSubscriberArn: snowflakeArn,
    errorNotifications: { enabled: true, iamUserArn: snowflakeArn, externalId: EXTERNAL_ID },
  },
  events: { mode: "sns" },
  encryption: "kms",
  objectLock: { mode: "GOVERNANCE", days: 1 },
  accessLogs: { enabled: true },
};

describe("a resource spoiled behind Pulumi's back, of every type but S3's request metrics", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;

  before(async () => {
    stack = await sandbox.stack("dev-repair", everything);
    await up(stack.options);
  });

  it("has a sabotage for each type of the program", async () => {
    const deployment = await Deployment.open(stack.options);
    const types = (await deployment.stateResources()).map(({ type }) => type);
    const made = [...new Set(types)].filter((type) => type.startsWith("aws:"));
    assert.deepEqual(made.sort(), Object.keys(sabotages).sort());
  });

  for (const [kind, word] of [
    ["change", "changed"],
    ["removal", "deleted"],
  ] as const) {
    describe(`when ${word}`, () => {
      const names = Object.values(sabotages).flatMap((each) => each[kind]?.resource ?? []);

      before(async () => {
        const aws = stack.clients();
        const find = await stateOf(stack);
        for (const { [kind]: spoiling } of Object.values(sabotages)) await spoiling?.act?.(aws, find);
      });

      it("is seen by a preview of a refresh", async () => {
        const deployment = await Deployment.open(stack.options);
        assert.deepEqual(missing(names, await deployment.previewRefresh()), []);
      });

      it("is taken over by a refresh", async () => {
        assert.deepEqual(missing(names, await refresh(stack.options)), []);
        assert.deepEqual(await refresh(stack.options), []);
      });

      it("is restored by up, after which nothing differs", async () => {
        const { changes } = await up(stack.options);
        assert.deepEqual(missing(names, changes), []);
        assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
      });
    });
  }
});

/** Names without a change. */
function missing(names: readonly string[], changes: readonly Change[]): string[] {
  return names.filter((name) => !changes.some((change) => change.name === name));
}

async function stateOf(stack: SandboxStack): Promise<Find> {
  const resources = await (await Deployment.open(stack.options)).stateResources();
  return (name, property) => {
    const found = resources.find(({ urn, type }) => type.startsWith("aws:") && urn.endsWith(`::${name}`));
    const value = found?.outputs?.[property];
    assert.ok(typeof value === "string", `${name} has no ${property} in the state`);
    return value;
  };
}
