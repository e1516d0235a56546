import assert from "node:assert/strict";
import { PipelineError, UsageError } from "../../../../automation/errors";
import type { PipelineOutputs } from "../../../../automation/outputs";
import type { ConnectResult } from "../../../../automation/snowflake/handshake/connect";
import { type HandOver, handOver } from "../../../../automation/snowflake/handshake/connect-run";
import { SnowError } from "../../../../automation/snowflake/handshake/snow";
import { canary, type Sample, sampleOutputs } from "../sql/sample-outputs";
import { purposeOf } from "./fake-snow/account";

const unchanged: ConnectResult = {
  outcome: "unchanged",
  changes: [],
  phase: "connected",
  behind: false,
  awaited: [],
};
const deployed: ConnectResult = {
  ...unchanged,
  outcome: "deployed",
  changes: [{ path: ["snowflake", "iamUserArn"], to: "arn" }],
};
const answer = JSON.stringify([
  { name: "P", database_name: "D", schema_name: "S", notification_channel: "Q" },
]);
const described = (properties: Readonly<Record<string, string>>) =>
  JSON.stringify(
    Object.entries(properties).map(([property, property_value]) => ({ property, property_value })),
  );
const ours = described({
  ENABLED: "true",
  STORAGE_AWS_ROLE_ARN: "arn:aws:iam::111122223333:role/Reader-dev",
  AWS_SNS_ROLE_ARN: "arn:aws:iam::111122223333:role/Err",
});
const distrust = new SnowError("failed:\n  003167 (42601): Error assuming\n  AWS_ROLE: User: x is not");

describe("handOver", () => {
  it("sets up, saves, loads, saves and loads what came in between", async () => {
    const work = new Work({ connect: [deployed, deployed, unchanged] });
    assert.equal(await handOver(work), unchanged);
    assert.deepEqual(work.done, ["setup", "connect", "load", "connect", "load", "connect"]);
  });

  it("runs the SQL of many streams a hundred at a time, and reads the answers of the last file", async () => {
    const work = new Work({
      sample: { streams: 201 },
      connect: [deployed, unchanged],
      answers: ["[]", "[]", answer, "[]", distrust, "[]", answer],
    });
    await handOver(work);
    assert.deepEqual(work.done, [
      ...["setup", "setup", "setup", "connect", "load", "load", "wait", "load", "load", "connect"],
    ]);
    assert.ok(work.notes.includes("running the SQL of load (file 2 of 3) in Snowflake"));
  });

  it("loads once where nothing changes", async () => {
    const work = new Work({ connect: [unchanged, unchanged] });
    await handOver(work);
    assert.deepEqual(work.done, ["setup", "connect", "load", "connect"]);
  });

  it("deploys first what settings know already", async () => {
    const work = new Work({ look: { ...unchanged, behind: true }, connect: [unchanged, unchanged] });
    await handOver(work);
    assert.deepEqual(work.done, ["up", "setup", "connect", "load", "connect"]);
  });

  it("changes nothing where an integration of the name is another's, whatever its type", async () => {
    const another = "arn:aws:iam::999988887777:role/warehouse";
    for (const found of [
      described({ ENABLED: "true", STORAGE_AWS_ROLE_ARN: another, COMMENT: "the company's lake" }),
      described({ ENABLED: "true", API_AWS_ROLE_ARN: another }),
      // A clone of the project, in an account of its own.
      described({ STORAGE_AWS_ROLE_ARN: another, COMMENT: "Braintrust exports of the bucket exports" }),
    ]) {
      const work = new Work({ found, look: { ...unchanged, behind: true } });
      await assert.rejects(
        handOver(work),
        (error) =>
          error instanceof UsageError &&
          /^nothing was changed: the integration "EXPORTS_S3" exists .*snowflake\.integration$/.test(
            error.message,
          ),
      );
      assert.deepEqual(work.done, []);
    }
  });

  it("continues where the integration is new, or is the stack's by its comment", async () => {
    for (const found of [
      new SnowError("failed:\n  002003 (02000): Integration 'X' does not exist or not authorized."),
      // As the CLI folds it where the name is long.
      new SnowError(
        "failed:\n  002003 (02000): Integration 'A LONG NAME' does\n  not exist or not authorized.",
      ),
      described({
        STORAGE_AWS_ROLE_ARN: "arn:aws:iam::111122223333:role/renamed",
        COMMENT: "Braintrust exports of the bucket exports",
      }),
    ]) {
      const work = new Work({ found, connect: [unchanged, unchanged] });
      await handOver(work);
      assert.deepEqual(work.done, ["setup", "connect", "load", "connect"]);
    }
    const fails = new Work({ found: new SnowError("Insufficient privileges") });
    await assert.rejects(handOver(fails), /Insufficient/);
  });

  it("looks at every integration that the stack has, and at none where it has none", async () => {
    for (const [sample, looks] of [
      [{ errors: true }, 2],
      [{ access: "user", errors: true }, 1],
      [{ access: "user" }, 0],
    ] as const) {
      const work = new Work({ sample, connect: [unchanged, unchanged] });
      await handOver(work);
      assert.equal(work.looks, looks);
    }
  });

  it("asks for no answers where the SQL gives none", async () => {
    for (const [sample, steps] of [
      [{ access: "user", mode: "none" }, ["setup", "load"]],
      [{ access: "user", mode: "snowflake-queue" }, ["setup", "load", "connect"]],
      [{ access: "user", mode: "sns" }, ["setup", "connect", "load", "connect"]],
      [{ access: "user", mode: "queue", errors: true }, ["setup", "connect", "load"]],
      [{ access: "role", mode: "queue" }, ["setup", "connect", "load"]],
    ] as const) {
      const work = new Work({ sample, connect: [unchanged, unchanged], answers: steps.map(() => answer) });
      await handOver(work);
      assert.deepEqual(work.done, steps, JSON.stringify(sample));
    }
  });

  it("gives the key to the Snowflake CLI alone", async () => {
    const work = new Work({ sample: { access: "user" }, connect: [unchanged] });
    await handOver(work);
    assert.ok(work.sql[0]?.includes(canary));
    assert.deepEqual(work.secrets, [canary]);
    assert.ok(!JSON.stringify([work.done, work.notes]).includes(canary));
  });

  it("waits until AWS trusts Snowflake, and no longer than two minutes", async () => {
    const waiting = new Work({
      connect: [unchanged, unchanged],
      answers: [answer, distrust, distrust, answer],
    });
    await handOver(waiting);
    assert.deepEqual(waiting.done, ["setup", "connect", "load", "wait", "load", "wait", "load", "connect"]);
    const refused = new Work({
      connect: [unchanged],
      answers: [answer, ...Array<SnowError>(20).fill(distrust)],
    });
    await assert.rejects(handOver(refused), distrust);
    assert.equal(refused.done.filter((step) => step === "load").length, 8);
  });

  it("does not repeat what failed for another reason", async () => {
    const error = new SnowError("SQL compilation error");
    const work = new Work({ connect: [unchanged], answers: [answer, error] });
    await assert.rejects(handOver(work), error);
    assert.deepEqual(work.done, ["setup", "connect", "load"]);
  });

  it("shows what it cannot read, without the key", async () => {
    const work = new Work({ sample: { access: "user", mode: "sns" }, answers: [`not JSON, ${canary}`] });
    await assert.rejects(
      handOver(work),
      new PipelineError(
        "what the Snowflake CLI answered to the SQL of setup cannot be read:\n  not JSON, [secret]",
      ),
    );
  });

  it("ends where answers never come, or never stay", async () => {
    const silent = { ...unchanged, awaited: [{ text: "the pipes", part: "load" as const }] };
    await assert.rejects(
      handOver(new Work({ connect: [unchanged, silent] })),
      /its results lack:\n {2}the pipes/,
    );
    const restless = new Work({ connect: [deployed, deployed, deployed, deployed] });
    await assert.rejects(handOver(restless), /others in each of 3 rounds/);
  });
});

interface Plan {
  readonly sample?: Sample;
  readonly look?: ConnectResult;
  /** What is found of each of the stack's integrations. @default that it is the stack's */
  readonly found?: string | SnowError;
  /** What each `connect` comes to. */
  readonly connect?: readonly ConnectResult[];
  /** What each run answers. @default answers that can be read */
  readonly answers?: readonly (string | SnowError)[];
}

/** The steps as they are done, without AWS and Snowflake. */
class Work implements HandOver {
  public readonly done: string[] = [];
  public readonly sql: string[] = [];
  public readonly notes: string[] = [];
  public secrets: readonly string[] = [];
  public looks = 0;
  private readonly answers: (string | SnowError)[];
  private readonly results: ConnectResult[];

  public constructor(private readonly plan: Plan) {
    this.answers = [...(plan.answers ?? Array<string>(10).fill(answer))];
    this.results = [...(plan.connect ?? [])];
  }

  public async outputs(): Promise<PipelineOutputs> {
    return sampleOutputs(this.plan.sample);
  }

  public async look(): Promise<ConnectResult> {
    return this.plan.look ?? unchanged;
  }

  public async connect(): Promise<ConnectResult> {
    this.done.push("connect");
    return this.results.shift() ?? assert.fail("one `connect` too many");
  }

  public async up(): Promise<void> {
    this.done.push("up");
  }

  public async run(sql: string, secrets: readonly string[]): Promise<string> {
    const purpose = purposeOf(sql) ?? assert.fail(sql);
    if (purpose === "look") {
      this.looks += 1;
      const found = this.plan.found ?? ours;
      if (typeof found === "string") return found;
      throw found;
    }
    this.done.push(purpose);
    this.sql.push(sql);
    this.secrets = secrets;
    const answered = this.answers.shift() ?? assert.fail("one run too many");
    if (typeof answered === "string") return answered;
    throw answered;
  }

  public async wait(): Promise<void> {
    this.done.push("wait");
  }

  public note(message: string): void {
    this.notes.push(message);
  }
}
