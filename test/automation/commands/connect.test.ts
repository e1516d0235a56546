import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { connect, nextSteps, renderSettings } from "../../../automation/commands/connect";
import { sql, sqlNotes } from "../../../automation/commands/sql";
import { UsageError } from "../../../automation/errors";
import type { ConnectResult } from "../../../automation/snowflake/handshake/connect";
import { canary, sampleOutputs } from "../snowflake/sql/sample-outputs";
import { captured } from "./captured";

const connected: ConnectResult = {
  outcome: "unchanged",
  changes: [],
  phase: "connected",
  behind: false,
  awaited: [],
};

describe("connect and sql refuse before they do anything", () => {
  const stack = "dev";
  for (const [what, work, reason] of [
    [
      "a file that is not there",
      () => connect({ up: true, stack, file: "nowhere.txt" }),
      /^--file = "nowhere.txt": must exist; give a file/,
    ],
    ["two sources of answers", () => connect({ up: true, stack, file: "a", run: true }), /^--file and --run/],
    ["to load what is not deployed", () => connect({ stack, up: false, run: true }), /^--no-up and --run/],
    [
      "a connection nobody uses",
      () => connect({ up: true, stack, connection: "a" }),
      /^--connection is for --run/,
    ],
    [
      "a time limit that is none",
      () => connect({ up: true, stack, run: true, timeout: 0 }),
      /^--timeout 0: must be/,
    ],
    [
      "a part there is not",
      () => sql({ stack, part: "all" }),
      /parts are setup, admin, objects, load, check, teardown$/,
    ],
    [
      "a file that nothing reads",
      () => sql({ stack, part: "load", probeFile: "a" }),
      /^--probe-file: the SQL of --part load/,
    ],
    [
      "a file that is nowhere below a stream's folder",
      () => sql({ stack, probeFile: "s3://b/a" }),
      /^--probe-file "s3:\/\/b\/a": it has to be a path below/,
    ],
    [
      "a list of what has left, among what is to be created",
      () => sql({ stack, part: "setup", leftStreams: true }),
      /^--left-streams .* --part teardown$/,
    ],
    [
      "a format there is not",
      () => sql({ stack, format: "yaml" }),
      /^--format "yaml": the formats are sql and dbt$/,
    ],
    [
      "a part of what is no SQL",
      () => sql({ stack, format: "dbt", part: "setup" }),
      /^--part is for SQL: leave it out with --format dbt$/,
    ],
    [
      "files of what is no SQL",
      () => sql({ stack, format: "dbt", outputDir: "a" }),
      /^--output-dir is for SQL: leave it out with --format dbt$/,
    ],
    [
      "a file and a folder",
      () => sql({ stack, output: "a", outputDir: "b" }),
      /^--output and --output-dir cannot be combined/,
    ],
    [
      "a key in what is no SQL",
      () => sql({ stack, format: "dbt", revealSecrets: true }),
      /^--reveal-secrets is for SQL/,
    ],
    [
      "a key of a plan",
      () => sql({ stack, planned: true, revealSecrets: true }),
      /^--reveal-secrets and --planned/,
    ],
  ] as const) {
    it(what, () =>
      assert.rejects(work(), (error: Error) => error instanceof UsageError && reason.test(error.message)),
    );
  }
});

describe("sql --planned", () => {
  let cwd: string;
  const write = (settings: Readonly<Record<string, unknown>>) =>
    fs.writeFile(
      path.join(cwd, "Pulumi.dev.yaml"),
      JSON.stringify({
        config: Object.fromEntries([
          ["aws:region", "us-east-1"],
          ...Object.entries(settings).map(([key, value]) => [`braintrust-snowflake:${key}`, value]),
        ]),
      }),
    );

  const settings = () => fs.readFile(path.join(cwd, "Pulumi.dev.yaml"), "utf8");

  beforeEach(async () => {
    cwd = await fs.mkdtemp(path.join(os.tmpdir(), "sql-"));
    await fs.writeFile(path.join(cwd, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
  });
  afterEach(() => fs.rm(cwd, { recursive: true }));

  it("writes a file that this user alone may read, in UTF-8 and with LF, also over one that others may", async () => {
    await write({
      snowflake: { externalId: "known-id", database: "Größe", taskMinutes: "30" },
      events: { mode: "none" },
    });
    const output = path.join(cwd, "setup.sql");
    await fs.writeFile(output, "x".repeat(100_000), { mode: 0o644 });
    const { out } = await captured(() => sql({ stack: "dev", cwd, planned: true, output }));
    assert.equal(out, "");
    const text = await fs.readFile(output, "utf8");
    assert.match(text, /CREATE DATABASE IF NOT EXISTS "Größe"/);
    assert.match(text, /SCHEDULE = '30 MINUTES'/);
    assert.match(text, /project braintrust-snowflake, stack dev/);
    assert.ok(!text.includes("\r") && text.endsWith("\n") && !text.includes("xxx"));
    if (process.platform !== "win32") assert.equal((await fs.stat(output)).mode & 0o777, 0o600);
  });

  it("writes files of a hundred streams each into a new folder, for this user alone", async () => {
    const streams = Array.from({ length: 230 }, (_, index) => ({ name: `team-${index}` }));
    await write({ snowflake: { externalId: "known-id" }, streams });
    const outputDir = path.join(cwd, "sql", "dev");
    const { out } = await captured(() => sql({ stack: "dev", cwd, planned: true, outputDir }));
    assert.equal(out, "");
    const names = (await fs.readdir(outputDir)).sort();
    assert.deepEqual(
      names,
      ["setup", "load", "check"].flatMap((part, index) =>
        [1, 2, 3].map((file) => `0${3 * index + file}-${part}.sql`),
      ),
    );
    const texts = await Promise.all(names.map((name) => fs.readFile(path.join(outputDir, name), "utf8")));
    const created = texts.map((text) => text.match(/^CREATE PIPE /gm)?.length ?? 0);
    assert.deepEqual(created, [0, 0, 0, 100, 100, 30, 0, 0, 0]);
    if (process.platform === "win32") return;
    assert.equal((await fs.stat(outputDir)).mode & 0o777, 0o700);
    for (const name of names) assert.equal((await fs.stat(path.join(outputDir, name))).mode & 0o777, 0o600);
  });

  it("refuses a folder that holds files, and a file in place of a folder, and writes nothing", async () => {
    await write({ snowflake: { externalId: "known-id" } });
    const before = (await fs.readdir(cwd)).sort();
    for (const [outputDir, reason] of [
      [cwd, /^--output-dir = .*: must not hold files yet; name a new or an empty folder$/],
      [path.join(cwd, "Pulumi.yaml"), /^--output-dir = .*: must .*; name a new or an empty folder$/],
    ] as const) {
      const { error } = await captured(() => sql({ stack: "dev", cwd, planned: true, outputDir }));
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, reason);
    }
    assert.deepEqual((await fs.readdir(cwd)).sort(), before);
  });

  it("prints the sources of dbt by the stack's names and hours, and changes no settings", async () => {
    await write({
      snowflake: { database: "Größe" },
      monitoring: { alertEmails: ["a@example.com"], exportEveryHours: 6 },
    });
    const before = await settings();
    const { out, error } = await captured(() => sql({ stack: "dev", cwd, planned: true, format: "dbt" }));
    assert.equal(error, undefined);
    const { sources } = parse(out);
    assert.equal(sources[0].database, "Größe");
    assert.deepEqual(sources[0].config.freshness.warn_after, { count: 6, period: "hour" });
    assert.equal(await settings(), before);
  });

  it("refuses a place where it cannot write a file", async () => {
    await write({ snowflake: { externalId: "known-id" } });
    const { error } = await captured(() => sql({ stack: "dev", cwd, planned: true, output: cwd }));
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /^--output = .*must be a file, not a folder; /);
  });

  for (const [what, settings, key] of [
    [
      "a table that the Snowflake CLI would change",
      { streams: [{ name: "a", table: "R&D" }] },
      "streams[0].table",
    ],
    [
      "a table whose view's name is too long",
      { streams: [{ name: "a", table: "x".repeat(250) }] },
      "streams[0].table",
    ],
    [
      "a table named as another's view",
      {
        streams: [
          { name: "a", table: "T" },
          { name: "b", table: '"T_LATEST"' },
        ],
      },
      "streams[1].table",
    ],
    ["a role with half a quotation", { snowflake: { adminRole: '"Admins' } }, "snowflake.adminRole"],
    ["a warehouse with a template", { snowflake: { warehouse: "wh_{{ env }}" } }, "snowflake.warehouse"],
    ["a time that is none", { snowflake: { taskMinutes: 0 } }, "snowflake.taskMinutes"],
  ] as const) {
    it(`refuses ${what} by the settings, and changes nothing`, async () => {
      await write(settings);
      const before = await fs.readFile(path.join(cwd, "Pulumi.dev.yaml"), "utf8");
      const { error, out } = await captured(() => sql({ stack: "dev", cwd, planned: true }));
      assert.ok(error instanceof UsageError, String(error));
      assert.ok(error.message.includes(key), error.message);
      assert.equal(out, "");
      assert.equal(await fs.readFile(path.join(cwd, "Pulumi.dev.yaml"), "utf8"), before);
    });
  }
});

describe("nextSteps", () => {
  const next = (result: Partial<ConnectResult>, loaded = false) =>
    nextSteps("dev", { ...connected, ...result }, loaded).join("\n");
  const awaited = [
    { text: "the user", part: "setup" },
    { text: "the pipes", part: "load" },
  ] as const;

  it("deploys what was only written, before anything else", () =>
    assert.equal(
      next({ outcome: "written", behind: true, awaited }),
      "next: npm run pipeline -- up --stack dev",
    ));

  it("asks what Snowflake has not told, the earlier part first", () => {
    assert.match(
      next({ awaited }),
      /^still needed from Snowflake:\n {2}the user\n {2}the pipes\nnext: .* sql --stack dev --part setup, run it/,
    );
    assert.match(next({ outcome: "deployed", awaited: awaited.slice(1) }), /--part load, run it/);
  });

  it("loads once the events are connected, unless that is done", () => {
    assert.match(next({ outcome: "deployed" }), /sql --stack dev --part load, and run it/);
    assert.equal(next({ outcome: "deployed" }, true), "next: npm run pipeline -- verify --stack dev");
  });

  it("reminds of Braintrust's side", () =>
    assert.match(
      next({ phase: "awaiting-braintrust" }),
      /verify.*\nBraintrust's side: .* braintrust --stack dev$/,
    ));
});

describe("renderSettings", () => {
  it("shows what is new and what was another", () =>
    assert.equal(
      renderSettings("dev", [
        { path: ["snowflake", "iamUserArn"], to: "b" },
        { path: ["events", "notificationChannels", "logs"], from: "c", to: "d" },
      ]),
      "Pulumi.dev.yaml:\n  + snowflake.iamUserArn: b\n  ~ events.notificationChannels.logs: d (was c)",
    ));

  it("shows of 1,000 streams the first with each queue, and how many more have it", () => {
    const region = "arn:aws:sqs:eu-north-1:905418112233:sf-snowpipe";
    const changes = Array.from({ length: 1000 }, (_, at) => ({
      path: ["events", "notificationChannels", `team-${at}`],
      to: at === 512 ? `${region}-other` : region,
    }));
    const [title, ...lines] = renderSettings("prod", changes).split("\n");
    assert.equal(title, "Pulumi.prod.yaml:");
    assert.deepEqual(lines, [
      ...Array.from({ length: 10 }, (_, at) => `  + events.notificationChannels.team-${at}: ${region}`),
      `  + events.notificationChannels, 989 more: ${region}`,
      `  + events.notificationChannels.team-512: ${region}-other`,
    ]);
  });
});

describe("sqlNotes", () => {
  const plain = { planned: false, encryptedId: false };

  const trusted = { ...sampleOutputs(), snowflakeIamUserArn: "arn:aws:iam::444455556666:user/a" };

  it("is silent where the SQL says it all", () =>
    assert.deepEqual(sqlNotes({ ...plain, outputs: trusted }, undefined, false), []));

  it("says what a plan cannot know, and what the SQL holds", () => {
    const outputs = sampleOutputs({ access: "user" });
    assert.match(
      sqlNotes({ ...plain, outputs, planned: true }, "load", false).join("\n"),
      /^from the plan: .*$/,
    );
    assert.match(
      sqlNotes({ ...plain, outputs }, "setup", true).join("\n"),
      /^the SQL holds a secret access key: .*$/,
    );
    assert.match(
      sqlNotes({ ...plain, outputs: sampleOutputs(), encryptedId: true }, "setup", false).join("\n"),
      /external id that the settings keep encrypted/,
    );
  });

  it("tells where the key is, and not the key", () => {
    const outputs = { ...sampleOutputs({ access: "user" }), snowflakeSecretArn: "arn:secret" };
    const notes = sqlNotes({ ...plain, outputs }, undefined, false).join("\n");
    assert.match(notes, /access_key_id is AKIASAMPLE, secret_access_key is in the secret arn:secret/);
    assert.ok(!notes.includes(canary));
    assert.deepEqual(sqlNotes({ ...plain, outputs }, "load", false), []);
  });

  it("warns that load cannot work before AWS trusts Snowflake, whatever else is awaited", () => {
    const { snowflakeIamUserArn: _, ...untrusted } = trusted;
    for (const phase of ["awaiting-braintrust", "awaiting-snowflake"] as const) {
      for (const part of [undefined, "load"] as const) {
        assert.match(
          sqlNotes({ ...plain, outputs: { ...untrusted, phase } }, part, false).join(),
          /does not trust Snowflake yet: run --part setup/,
        );
      }
      for (const part of ["setup", "admin", "objects"] as const) {
        assert.deepEqual(sqlNotes({ ...plain, outputs: { ...untrusted, phase } }, part, false), []);
      }
    }
  });
});
