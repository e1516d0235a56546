import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import {
  type Change,
  type ImportOptions,
  type ImportPlan,
  importExisting,
  preview,
  up,
} from "../../automation";
import { ofThisTurn } from "../turn";
import { type Aws, inventory, type SandboxStack, useSandbox } from "./harness";
import {
  createQueue,
  filesOf,
  followGuide,
  makeOtherwise,
  needAwsCli,
  notify,
  othersStatements,
} from "./import/hand-made";

/** A stack of production about which its file says nothing else. */
const bare = {
  streams: undefined,
  braintrust: undefined,
  snowflake: undefined,
  events: undefined,
  protect: undefined,
  forceDestroy: undefined,
  accessLogs: { enabled: false },
};

interface Case {
  readonly bucket: string;
  readonly key: string;
  readonly make: (bucket: string) => Promise<void>;
  readonly names: ImportOptions["names"];
  readonly imported: number;
  /** What is said beside what is imported. */
  readonly says: readonly RegExp[];
}

const cases: Readonly<Record<string, Case>> = {
  guide: {
    bucket: "acme-braintrust-exports",
    key: "braintrust-exports/2026-11-01/a.jsonl",
    make: followGuide,
    names: {},
    imported: 12,
    says: [/AKIA\w+: cannot be imported/, /SnowflakeS3AccessPolicy stays attached/],
  },
  northwind: {
    bucket: "northwind-llm-traces",
    key: "traces/run/a.jsonl",
    make: makeOtherwise,
    names: {
      bucket: "northwind-llm-traces",
      exportRole: "northwind-writer",
      readPolicy: "northwind-read",
      topic: "northwind-files",
      trail: "northwind-trail",
    },
    imported: 14,
    says: [
      /northwind, is not one of Braintrust's/,
      /inline policy write stays/,
      /versioning is suspended/,
      /cost-center, owner: kept by aws:ignoreTags/,
    ],
  },
};
/** An update of the real provider takes a minute and a half. */
const deployed = ofThisTurn(Object.keys(cases), 2);

const destructive = ({ operation }: Change) => /replace|delete/.test(operation);

for (const [name, { bucket, key, make, names, imported, says }] of Object.entries(cases)) {
  describe(`an account that was made by hand: ${name}`, () => {
    const sandbox = useSandbox();
    let stack: SandboxStack;
    let aws: Aws;
    let plan: ImportPlan | undefined;
    let untouched: { inventory: string[]; settings: string; version: string | undefined };
    const settings = () => fs.readFile(path.join(stack.target.workDir, `Pulumi.prod-${name}.yaml`), "utf8");
    const run = (confirmed: boolean) =>
      importExisting({
        ...stack.target,
        names,
        confirm: async (shown) => {
          plan = shown;
          return confirmed;
        },
      });

    before(async function () {
      needAwsCli(this);
      stack = await sandbox.stack(`prod-${name}`, bare);
      aws = stack.clients();
      await make(bucket);
      const { VersionId: version } = await aws.s3.putObject({ Bucket: bucket, Key: key, Body: "{}" });
      untouched = { inventory: await inventory(aws), settings: await settings(), version };
    });

    it("is shown, and stays as it is with its settings where the import is declined", async () => {
      assert.equal((await run(false)).outcome, "declined");
      assert.equal(await settings(), untouched.settings);
      assert.deepEqual(await inventory(aws), untouched.inventory);
      assert.deepEqual(
        plan?.findings.filter(({ verdict }) => verdict === "fail"),
        [],
      );
      const said = plan?.findings.map((one) => `${one.name}: ${one.evidence}`).join("\n") ?? "";
      for (const pattern of says) assert.match(said, pattern);
    });

    it("is imported, and the preview after it has what was shown before, without a replacement", async () => {
      const result = await run(true);
      assert.deepEqual([result.outcome, result.imported.length], ["imported", imported]);
      assert.deepEqual(await inventory(aws), untouched.inventory);
      const shown = (changes: readonly Change[] = []) =>
        changes
          .filter(({ operation }) => operation !== "import")
          .map((one) => `${one.operation} ${one.name} ${[...one.properties].sort()}`)
          .sort();
      assert.deepEqual(shown(result.changes), shown(plan?.changes));
      assert.deepEqual(result.changes.filter(destructive), []);
      const kept = untouched.settings.split("\n").filter((line) => !/auditTrail|enabled/.test(line));
      for (const line of kept) assert.ok((await settings()).includes(line), line);
    });

    if (deployed.includes(name)) {
      it("is brought to the settings by `up`, with its data and everything that it had", async () => {
        const { changes } = await up(stack.options);
        assert.deepEqual(changes.filter(destructive), []);
        const now = await inventory(aws);
        assert.deepEqual(
          untouched.inventory.filter((one) => !now.includes(one)),
          [],
        );
        const { Body, VersionId } = await aws.s3.getObject({ Bucket: bucket, Key: key });
        assert.deepEqual([await Body?.transformToString(), VersionId], ["{}", untouched.version]);
        assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
      });
    }

    it("is imported already when it is imported again", async () => {
      assert.equal((await run(true)).outcome, "unchanged");
    });
  });
}

describe("a bucket that was made by hand and serves others", () => {
  const sandbox = useSandbox();
  const bucket = "contoso-exports";
  let stack: SandboxStack;
  let aws: Aws;
  let plan: ImportPlan | undefined;
  const run = (stackNow: SandboxStack) =>
    importExisting({
      ...stackNow.target,
      names: {},
      confirm: async (shown) => {
        plan = shown;
        return true;
      },
    });

  before(async function () {
    needAwsCli(this);
    stack = await sandbox.stack("prod", bare);
    aws = stack.clients();
    await followGuide(bucket);
    await createQueue("billing");
    const arn = (queue: string) => `arn:aws:sqs:us-east-1:000000000000:${queue}`;
    await notify(bucket, {
      QueueConfigurations: [
        {
          Id: "SnowpipeNotification",
          QueueArn: arn("snowpipe-s3-notifications"),
          ...filesOf("braintrust-exports/", ".jsonl"),
        },
        { Id: "billing", QueueArn: arn("billing"), ...filesOf("invoices/") },
      ],
    });
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: othersStatements(bucket) });
    await aws.s3.putBucketPolicy({ Bucket: bucket, Policy });
  });

  it("is refused, with the way out, and nothing is changed", async () => {
    const untouched = await notification();
    await assert.rejects(run(stack), /nothing was imported: notification of contoso-exports/);
    const refused = plan?.findings.find(({ verdict }) => verdict === "fail");
    assert.match(
      refused?.evidence ?? "",
      /billing \(s3:ObjectCreated:\* of invoices\/\* to .*:billing\) is none/,
    );
    assert.match(refused?.fix ?? "", /set existingBucket to contoso-exports/);
    assert.deepEqual(await notification(), untouched);
  });

  async function notification() {
    const { $metadata, ...live } = await aws.s3.getBucketNotificationConfiguration({ Bucket: bucket });
    return live;
  }
});
