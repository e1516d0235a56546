import assert from "node:assert/strict";
import { up } from "../../automation";
import { EXTERNAL_ID, SNOWFLAKE_USER } from "../../automation/sandbox/project";
import { createSnowflakeUser, exportAsBraintrust } from "../../automation/sandbox/third-parties";
import type { CheckResult } from "../../automation/verify/check";
import { reportOn } from "../../automation/verify/verify";
import { ofThisTurn } from "../turn";
import { type Overrides, type SandboxStack, useSandbox } from "./harness";
import { accessSabotages, keySabotages, userSabotages } from "./sabotage/access";
import { bucketSabotages, lockSabotages } from "./sabotage/bucket";
import { emptyQueues, errorSabotages, eventSabotages } from "./sabotage/events";
import type { Sabotage, World } from "./sabotage/world";

const snowflakeArn = `arn:aws:iam::000000000000:user/${SNOWFLAKE_USER}`;
const trusted = { iamUserArn: snowflakeArn, externalId: EXTERNAL_ID };

/** One sabotage in so many. */
const SHARES = 3;

interface Target {
  readonly name: string;
  readonly settings: Overrides;
  readonly sabotages: readonly Sabotage[];
}

const targets: readonly Target[] = [
  {
    name: "sandbox",
    settings: {
      snowflake: { ...trusted, errorNotifications: { enabled: true, ...trusted } },
      encryption: "kms",
      accessLogs: { enabled: true },
    },
    sabotages: [
      ...bucketSabotages,
      ...eventSabotages,
      ...errorSabotages,
      ...keySabotages,
      ...accessSabotages,
    ],
  },
  {
    name: "sandbox-locked",
    settings: {
      snowflake: { access: "user" },
      events: { mode: "queue" },
      objectLock: { mode: "GOVERNANCE", days: 1 },
    },
    sabotages: [...lockSabotages, ...userSabotages],
  },
];

/** What a check tells to do, where that is not to deploy again. */
const remedies: Readonly<Record<string, RegExp>> = {
  "data/event": /see the checks of events above/,
  "fresh/access-keys": /`npm run pipeline -- rotate-keys --stack sandbox-locked`; delete unmanaged keys/,
  "fresh/dead-letters": /redrive them \(`aws sqs start-message-move-task`\)/,
  "key/state": /`aws kms cancel-key-deletion`/,
};

describe("sabotage behind the stack's back, as `verify` sees it", () => {
  const sandbox = useSandbox({ independent: true });
  const deployed = new Map<string, { stack: SandboxStack; world: World }>();
  let snowflake: Awaited<ReturnType<typeof createSnowflakeUser>>;

  before(async () => {
    const stacks = await Promise.all(
      targets.map(async ({ name, settings }) => [name, await sandbox.stack(name, settings)] as const),
    );
    await Promise.all(
      stacks.map(async ([name, stack]) => {
        const { outputs } = await up(stack.options);
        await exportAsBraintrust(stack.file, outputs);
        const world = { aws: stack.clients(), outputs };
        deployed.set(name, { stack, world });
        await emptyQueues(world);
        snowflake = await createSnowflakeUser(stack.file);
      }),
    );
  });

  for (const { name, sabotages } of targets) {
    describe(`of the stack ${name}`, () => {
      it("nothing fails before", async () => {
        assert.deepEqual(await failures(name), []);
      });

      for (const { what, red, spoil } of ofThisTurn(sabotages, SHARES)) {
        it(`${what}: ${red.join(", ")}`, async () => {
          const { world } = deployed.get(name) ?? assert.fail();
          const undo = await spoil(world);
          try {
            const failed = await failures(name);
            assert.deepEqual(failed.map(({ id }) => id).sort(), [...red].sort());
            for (const { id, fix = "" } of failed) assert.match(fix, remedies[id] ?? puttingBack(name));
          } finally {
            await undo();
            await emptyQueues(world);
          }
        });
      }

      it("nothing fails once all is undone", async () => {
        assert.deepEqual(await failures(name), []);
      });
    });
  }

  async function failures(name: string): Promise<CheckResult[]> {
    const { stack } = deployed.get(name) ?? assert.fail();
    const { signal } = new AbortController();
    const { checks } = await reportOn({ ...stack.target, signal, snowflake });
    return checks.filter(({ verdict }) => verdict === "fail");
  }
});

function puttingBack(stack: string): RegExp {
  return new RegExp(
    `find out who changed it, then \`npm run pipeline -- up --stack ${stack} --refresh\` restores it`,
  );
}
