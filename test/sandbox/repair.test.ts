import assert from "node:assert/strict";
import { type Change, Deployment, plan, preview, refresh, up } from "../../automation";
import { shortType } from "../../automation/engine/changes";
import type { ResourceState } from "../../automation/engine/state/state";
import { EXTERNAL_ID, SNOWFLAKE_USER } from "../../automation/sandbox/project";
import { exportAsBraintrust } from "../../automation/sandbox/third-parties";
import { ofThisTurn } from "../turn";
import { type SandboxStack, useSandbox } from "./harness";
import { accessDrifts } from "./repair/access";
import { bucketDrifts } from "./repair/bucket";
import type { Drift, Find, Spoiling } from "./repair/cases";
import { eventDrifts } from "./repair/events";

/** In an order in which AWS lets resources go. */
const drifts: Readonly<Record<string, Drift>> = { ...bucketDrifts, ...eventDrifts, ...accessDrifts };

/** Types that the program makes by default and that are not made here. */
const leftOut: Readonly<Record<string, string>> = {
  "aws:s3/bucketMetric:BucketMetric":
    "the emulator keeps no metrics configuration, and takes the removal of one for that of its bucket",
  "aws:cloudwatch/metricAlarm:MetricAlarm":
    "the emulator reads alarms back without most of their fields, so that no preview is empty",
};

const snowflakeArn = `arn:aws:iam::000000000000:user/${SNOWFLAKE_USER}`;
/** With these, and with monitoring, the program makes every type of resource that it knows. */
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

/** What became of a stack whose resources were spoiled. */
interface Round {
  /** Types of the stack's resources. */
  readonly types: readonly string[];
  /** Changes that a preview with refresh sees, a refresh saves, and `up` makes. */
  readonly seen: readonly Change[];
  readonly takenOver: readonly Change[];
  readonly restored: readonly Change[];
  /** What a preview with refresh sees after that. */
  readonly left: readonly Change[];
  /** Keys of the objects before and after. */
  readonly exported: readonly string[];
  readonly kept: readonly (string | undefined)[];
}

const kinds = { change: "changed", removal: "deleted" } as const;
type Kind = keyof typeof kinds;
const kindsOfThisTurn = ofThisTurn<Kind>(["change", "removal"], 2);

describe("a resource of every type, spoiled behind Pulumi's back", () => {
  const sandbox = useSandbox({ independent: true });
  const rounds = new Map<Kind, Promise<Round>>();

  // Most of the work is waiting for AWS, so stacks are spoiled at once where there are two.
  before(async () => {
    for (const kind of kindsOfThisTurn) {
      const stack = await sandbox.stack(`dev-${kind}`, everything);
      rounds.set(kind, roundOf(stack, spoilings(kind)));
    }
    await Promise.allSettled(rounds.values());
  });

  it("has a case for each type of the stack", async () => {
    for (const round of rounds.values()) {
      assert.deepEqual((await round).types, Object.keys(drifts).sort());
    }
  });

  it(`leaves out of the program: ${Object.entries(leftOut).map(([type, why]) => `${shortType(type)} (${why})`)}`, async () => {
    const { target } = await sandbox.stack("dev-plan", { ...everything, monitoring: undefined });
    const { resources } = await plan(target.stack, target.workDir);
    assert.deepEqual(typesOf(resources), Object.keys({ ...drifts, ...leftOut }).sort());
  });

  for (const kind of kindsOfThisTurn) {
    describe(`when ${kinds[kind]}`, () => {
      const names = spoilings(kind).map(({ resource }) => resource);
      const round = async () => (await rounds.get(kind)) ?? assert.fail("not begun");

      it(`is seen by a preview with refresh: ${names.length} types, ${spared(kind)}`, async () => {
        assert.deepEqual(missing(names, (await round()).seen), []);
      });

      it("is saved by a refresh", async () => {
        assert.deepEqual(missing(names, (await round()).takenOver), []);
      });

      it("is restored by up", async () => {
        assert.deepEqual(missing(names, (await round()).restored), []);
      });

      it("differs in nothing after that", async () => {
        assert.deepEqual((await round()).left, []);
      });

      it("has cost no export", async () => {
        const { exported, kept } = await round();
        assert.ok(exported.length > 0);
        assert.deepEqual([...kept].sort(), [...exported].sort());
      });
    });
  }
});

async function roundOf(stack: SandboxStack, spoiled: readonly Spoiling[]): Promise<Round> {
  const aws = stack.clients();
  const { outputs } = await up(stack.options);
  const exported = await exportAsBraintrust(stack.file, outputs);
  const resources = await (await Deployment.open(stack.options)).stateResources();
  for (const { act } of spoiled) await act?.(aws, finder(resources));

  const seen = await preview({ ...stack.options, refresh: true });
  const takenOver = await refresh(stack.options);
  const { changes: restored } = await up(stack.options);
  const left = await preview({ ...stack.options, refresh: true });
  const { Contents = [] } = await aws.s3.listObjectsV2({ Bucket: outputs.bucketName });
  const kept = Contents.map(({ Key }) => Key);
  return { types: typesOf(resources), seen, takenOver, restored, left, exported, kept };
}

function typesOf(resources: readonly { readonly type: string }[]): string[] {
  return [...new Set(resources.map(({ type }) => type).filter((type) => type.startsWith("aws:")))].sort();
}

function spoilings(kind: Kind): Spoiling[] {
  return Object.values(drifts).flatMap(({ [kind]: drift }) => ("why" in drift ? [] : [drift]));
}

function spared(kind: Kind): string {
  const reasons = Object.entries(drifts).flatMap(([type, { [kind]: drift }]) =>
    "why" in drift ? [`${shortType(type)} (${drift.why})`] : [],
  );
  return `none of ${reasons.join(", ")}`;
}

/** Names without a change. */
function missing(names: readonly string[], changes: readonly Change[]): string[] {
  return names.filter((name) => !changes.some((change) => change.name === name));
}

function finder(resources: readonly ResourceState[]): Find {
  return (name, property) => {
    const found = resources.find(({ urn, type }) => type.startsWith("aws:") && urn.endsWith(`::${name}`));
    const value = found?.outputs?.[property];
    assert.ok(typeof value === "string", `${name} has no ${property} in the state`);
    return value;
  };
}
