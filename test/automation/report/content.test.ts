import assert from "node:assert/strict";
import { fileStates } from "../../../automation/reconcile/states";
import { guideLists } from "../../../automation/report/guide";
import { gatherReport, type ReportData } from "../../../automation/report/report-data";
import { accessSection } from "../../../automation/report/sections/access";
import { alarmsSection } from "../../../automation/report/sections/alarms";
import { compactJson } from "../../../automation/report/sections/compact-json";
import { costSection } from "../../../automation/report/sections/cost";
import { diagramSection } from "../../../automation/report/sections/diagram";
import { liveSection } from "../../../automation/report/sections/live";
import type { Section } from "../../../automation/report/sections/section";
import { streamsSection } from "../../../automation/report/sections/streams";
import { dataOf, dataWith, stacks } from "./stacks";

/** The lists of the set-up guide, in its words. */
const guide: Readonly<Record<string, readonly string[]>> = {
  "IAM policies": [
    "Use least-privilege principle",
    "Regularly review and audit permissions",
    "Use conditions to restrict access further",
    "Enable CloudTrail for audit logging",
  ],
  "S3 security": [
    "Enable bucket versioning",
    "Configure lifecycle policies to manage costs",
    "Use S3 encryption (SSE-S3 or SSE-KMS)",
    "Monitor access with CloudTrail and S3 access logs",
    "Consider using S3 Object Lock for compliance",
  ],
  "Key management": [
    "Rotate access keys regularly",
    "Use IAM roles instead of users when possible",
    "Store credentials securely (AWS Secrets Manager)",
    "Monitor for unused access keys",
  ],
  "Cost optimization": [
    "Use S3 Intelligent-Tiering for automatic cost optimization",
    "Set up lifecycle policies to transition older data to cheaper storage classes",
    "Delete incomplete multipart uploads",
  ],
  "Monitoring and alerting": [
    "Failed S3 operations",
    "Unusual access patterns",
    "Storage costs exceeding thresholds",
    "SQS queue depth",
  ],
};

/** The text of a section, without markup. */
function textOf({ body }: Section): string {
  return body.markup
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .replaceAll("&#39;", "'");
}

const accessOf = async (stack: string) => textOf(accessSection(await dataOf(stack)));
const streamsOf = async (stack: string) => textOf(streamsSection(await dataOf(stack)));

describe("the reviewer's page, in words", () => {
  it("takes no condition of a company's own statement for one on Snowflake", async () => {
    const condition = { StringEquals: { "aws:SourceVpce": "vpce-0123456789abcdef0" } };
    const principal = { AWS: "arn:aws:iam::810987654321:role/etl" };
    const etl = { Sid: "Etl", Effect: "Allow", Principal: principal, Action: "s3:GetObject" };
    for (const bucket of [{}, { existingBucket: "corp-data-lake-raw", exportPrefix: "ml/braintrust/" }]) {
      const data = await dataWith("prod", {
        ...bucket,
        bucketPolicyStatements: [{ ...etl, Condition: condition }],
      });
      assert.match(JSON.stringify(data.plan.resources), /aws:SourceVpce/);
      const advice = guideLists(data).flatMap(({ advice: each }) => each);
      const restricted = advice.find(({ text }) => text === "Use conditions to restrict access further");
      assert.match(restricted?.why ?? "", /s3:prefix/);
      assert.doesNotMatch(restricted?.why ?? "", /aws:SourceVpce/);
    }
  });

  it("has each piece of the guide's advice, with evidence", async () => {
    for (const stack of ["dev", "china-user", "shared", "bare", "zoetrope-all"]) {
      const lists = guideLists(await dataOf(stack));
      assert.deepEqual(
        Object.fromEntries(lists.map(({ heading, advice }) => [heading, advice.map(({ text }) => text)])),
        guide,
      );
      for (const { text, why } of lists.flatMap(({ advice }) => advice)) assert.ok(why.length > 5, text);
    }
  });

  it("takes the evidence of conditions from the stack's own policies", async () => {
    const evidence = async (stack: string) =>
      guideLists(await dataOf(stack))
        .flatMap(({ advice }) => advice)
        .find(({ text }) => text.includes("conditions"))?.why ?? "";
    assert.doesNotMatch(await evidence("bare"), /kms:|SourceVpc/);
    assert.match(await evidence("bare"), /sts:ExternalId.*aws:SecureTransport/s);
    assert.match(await evidence("zoetrope-all"), /kms:ViaService.*aws:SourceVpc/s);
    assert.doesNotMatch(await evidence("dev"), /sts:ExternalId/);
  });

  it("does not call access logs on where they are off", async () => {
    const data = await dataOf("acme-prod");
    const advice = (settings: typeof data.settings) =>
      guideLists({ ...data, settings })
        .flatMap((list) => list.advice)
        .find(({ text }) => text.endsWith("S3 access logs"));
    assert.equal(advice(data.settings)?.word, "met");
    const accessLogs = { ...data.settings.accessLogs, enabled: false };
    const off = advice({ ...data.settings, accessLogs });
    assert.equal(off?.word, "off");
    assert.match(off?.why ?? "", /`accessLogs\.enabled`/);
  });

  it("says which policies it does not judge, since others decide on them", async () => {
    const text = await accessOf("vandelay-prod");
    assert.match(
      text,
      /others decide on them: other statements of the policy of vandelay-datalake-prod ; the policy of the key/,
    );
    assert.match(
      await accessOf("zoetrope-all"),
      /others decide on them: the policy of arn:aws:s3:::zoetrope-replica ; the policy of the key arn:aws:kms:eu-west-1/,
    );
    assert.doesNotMatch(await accessOf("dev"), /others decide on them/);
  });

  it("names no budget where AWS has none", async () => {
    const costs = async (region: string) =>
      guideLists(await dataWith("dev", { "aws:region": region, monitoring: { enabled: true } }))
        .flatMap(({ advice }) => advice)
        .find(({ text }) => text.startsWith("Storage costs"))?.why;
    assert.match((await costs("eu-west-1")) ?? "", /`monitoring\.monthlyBudgetUsd`/);
    for (const region of ["us-gov-west-1", "cn-north-1"]) {
      assert.equal(await costs(region), "`monitoring.storageGb` sets an alarm");
    }
  });

  it("calls no alarm on the dead-letter queue one on the depth of the other", async () => {
    const depth = async (monitoring: Record<string, unknown>) =>
      guideLists(await dataWith("topic", { events: { mode: "sns" }, monitoring }))
        .flatMap(({ advice }) => advice)
        .find(({ text }) => text === "SQS queue depth");
    assert.equal((await depth({}))?.word, "off");
    assert.match((await depth({ queueDepth: 9 }))?.why ?? "", /^`braintrust-topic-queue-depth`$/);
  });

  it("says once what alarms of several streams mean, and names the streams", async () => {
    const data = await dataWith("dev", {
      ...stacks.queue,
      streams: [{ name: "logs" }, { name: "agents" }, { name: "logs-eu" }],
    });
    const text = textOf(alarmsSection(data));
    assert.equal(text.split("no file of stream").length, 1);
    assert.equal(text.split("No file of stream STREAM has arrived").length, 2);
    assert.match(
      text,
      /no-export-STREAM No file .* The 3 streams that have an alarm braintrust-dev-no-export-STREAM each agents, logs, logs-eu\./,
    );
  });

  it("counts the same alarms in the diagram and in their section", async () => {
    const data = await dataWith("dev", { monitoring: { compositeAlarm: true } });
    const [, drawn] = />(\d+) alarms<\/text>/.exec((await diagramSection(data)).body.markup) ?? [];
    const [, listed] = /(\d+) alarms notify/.exec(textOf(alarmsSection(data))) ?? [];
    assert.ok(drawn !== undefined && drawn === listed, `${drawn} drawn, ${listed} listed`);
  });

  it("says why there are no alarms, and what turns them on", async () => {
    const trail = "arn:aws:cloudtrail:us-east-1:777788889999:trail/organization";
    const of = async (settings: Readonly<Record<string, unknown>>) => {
      const data = await dataWith("dev", {
        existingBucket: "company-data",
        events: { mode: "none" },
        ...settings,
      });
      const advice = guideLists(data).flatMap((list) => list.advice);
      const unusual = advice.find(({ text }) => text === "Unusual access patterns");
      return `${textOf(alarmsSection(data))} ${unusual?.why}`;
    };
    assert.match(await of({ monitoring: { enabled: false } }), /no alarms: monitoring\.enabled is off/);
    assert.match(
      await of({ monitoring: { enabled: true }, auditTrail: { existing: trail } }),
      /no alarms: these settings leave it nothing to count.*`auditTrail\.logGroup`.* turns them on$/,
    );
    const group = { existing: trail, logGroup: "/aws/cloudtrail/organization" };
    assert.doesNotMatch(await of({ monitoring: { enabled: true }, auditTrail: group }), /no alarms/);
  });

  it("draws no encryption of an existing bucket that its owner alone knows", async () => {
    const drawn = async (settings: Readonly<Record<string, unknown>>) =>
      textOf(await diagramSection(await dataWith("dev", settings)));
    assert.doesNotMatch(await drawn({ existingBucket: "company-data" }), /SSE/);
    assert.match(await drawn({ encryption: "s3" }), /SSE&#45;S3/);
    assert.match(textOf(await diagramSection(await dataOf("shared"))), /SSE&#45;KMS/);
  });

  it("names the task that loads a stream without a pipe, and how often", async () => {
    const text = await streamsOf("gov-tasks");
    assert.match(text, /parquet files, loaded into AGENTS by task AGENTS_LOAD , every 30 minutes/);
    assert.match(
      text,
      /jsonl files, loaded into &#34;Support Bot&#34; by task Support Bot_LOAD , every 30 minutes/,
    );
    assert.doesNotMatch(text, /pipe/i);
    assert.match(await streamsOf("bare"), /by task LOGS_LOAD , every 15 minutes/);
    assert.match(await streamsOf("by-user"), /by pipe LOGS_PIPE , which the event topic starts/);
  });

  it("calls whoever assumes the roles by what they are, whatever the path of their ARN", async () => {
    const text = await accessOf("zoetrope-all");
    assert.match(text, /Snowflake is user zt01-b-self9876 of account 444455556666/);
    assert.match(text, /Snowflake, for load errors is user notify of account 444455556666/);
    assert.match(await accessOf("china-user"), /Snowflake’s user is user zoetrope-snowflake-reader/);
  });

  it("has the roles of Braintrust and Snowflake in the first columns", async () => {
    const { markup } = accessSection(await dataOf("zoetrope-all")).body;
    const [, head = ""] = /<table class="matrix"><thead>(.*?)<\/thead>/s.exec(markup) ?? [];
    const names = [...head.matchAll(/<span>([^<]*)</g)].map(([, name]) => name);
    assert.deepEqual(names.slice(0, 2), ["Braintrust’s role", "Snowflake’s role"]);
  });

  it("has Snowflake's bill beside AWS's, with what each item is counted from", async () => {
    const data = await dataOf("gov-tasks");
    const text = textOf(costSection(data));
    const { snowflake, months, usage } = data.cost;
    const all = [...snowflake.items, ...snowflake.reset.items, ...(months.at(-1)?.items ?? [])];
    assert.ok(snowflake.items.length > 0);
    for (const { item, why, usd } of all) {
      assert.ok(text.includes(` ${item} ${usd.toFixed(2)} ${why} `), `${item}: ${why}`);
    }
    assert.ok(text.includes(`${snowflake.usd.toFixed(2)} USD to Snowflake each month`));
    assert.ok(text.includes(`in month ${usage.months}`));
  });

  it("names the worst files of a deployed stack by their state, and what to do about each", async () => {
    const none = Object.fromEntries(fileStates.map((state) => [state, 0])) as Record<
      (typeof fileStates)[number],
      number
    >;
    const files = {
      found: {
        streams: [
          {
            stream: "agents",
            counts: { ...none, loaded: 90, failed: 23, waiting: 1 },
            oldestWaitingHours: 2.5,
          },
          { stream: "rag_eval", counts: { ...none, loaded: 4 } },
        ],
        worst: [
          {
            stream: "agents",
            key: "zt/agents/<b>1.parquet",
            state: "failed" as const,
            modified: Date.UTC(2026, 1, 3, 4, 5),
            message: "Invalid Parquet footer",
          },
          { stream: "agents", key: "zt/agents/2.parquet", state: "waiting" as const },
        ],
      },
    };
    const unknown = { problem: "AWS did not answer" };
    const live = { outputs: unknown, files, status: unknown, verification: unknown };
    const data: ReportData = { ...(await dataOf("gov-tasks")), live };
    const text = textOf(
      liveSection(
        live,
        data.outputs.streams.map(({ name }) => name),
      ),
    );
    assert.match(text, /Files: 23 failed, 1 waiting, 94 loaded\. Streams has those of each stream\./);
    assert.match(
      textOf(streamsSection(data)),
      /agents s3:\S+ failed Files: 23 failed, 1 waiting, 90 loaded\. The oldest waits for 2\.5 hours\./,
    );
    assert.match(text, /failed 23 files Snowflake could not load it: correct the file, or its format\./);
    assert.match(
      text,
      /zt\/agents\/&#60;b&#62;1\.parquet Stream agents, written 2026-02-03 04:05 UTC\. Invalid Parquet footer/,
    );
    assert.match(text, /And 22 more: reconcile --json names them all/);
    assert.match(text, /waiting 1 file Not loaded yet\. zt\/agents\/2\.parquet Stream agents\./);
  });
});

describe("compactJson", () => {
  const values: readonly unknown[] = [
    { Sid: "A", Effect: "Allow", Action: "s3:GetObject", Condition: {} },
    {
      Action: Array.from({ length: 40 }, (_, index) => `kms:Some"Action\\${index}`),
      Resource: [[], {}, null, 1.5, true],
    },
    { Principal: { AWS: Array.from({ length: 9 }, (_, index) => ({ [`key ${index}`]: "x".repeat(90) })) } },
  ];
  it("is the same JSON, on lines of 96 characters where texts allow it", () => {
    for (const value of values) {
      const text = compactJson(value);
      assert.deepEqual(JSON.parse(text), value);
      const longest = Math.max(...text.split("\n").map((line) => line.length));
      assert.ok(longest <= 97 || text.includes("x".repeat(90)), `${longest}`);
    }
  });
  it("has several short texts on a line", () => {
    assert.ok(compactJson(values[1]).split("\n").length < 20);
  });
});

describe("gatherReport", () => {
  it("estimates Snowflake's bill for the price and ratio that are given", async () => {
    const usage = { gbPerDay: "40", creditUsd: "2.6", textRatio: "8" };
    const cheap = await dataWith("dev", {}, usage);
    assert.equal(cheap.cost.snowflake.creditUsd, 2.6);
    assert.equal(cheap.cost.usage.textRatio, 8);
    assert.match(textOf(costSection(cheap)), /at 2\.60 USD a credit/);
  });
  it("refuses a ratio that no text has", async () => {
    await assert.rejects(gatherReport({ stack: "dev", textRatio: "0.5" }), /--text-ratio.*must be a number/s);
  });
});
