import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { missingCredentials } from "../../automation/aws/missing-credentials";
import { braintrustClient } from "../../automation/braintrust/api";
import { judgeSilence } from "../../automation/deploy/preflight/credentials";
import { renderFinding } from "../../automation/deploy/preflight/finding";
import { checkBraintrust } from "../../automation/doctor/braintrust";
import type { Result } from "../../automation/doctor/finding";
import { checkSnowflake } from "../../automation/doctor/snowflake";
import { braintrustChanges } from "../../automation/launch/braintrust-settings";
import { type LaunchWork, launch } from "../../automation/launch/launch";
import { projectDir, settingsOf } from "../../automation/project/stack-file";
import type { ConnectResult } from "../../automation/snowflake/handshake/connect";
import { type HandOver, handOver } from "../../automation/snowflake/handshake/connect-run";
import { runSnow, SnowError } from "../../automation/snowflake/handshake/snow";
import { formatProblem } from "../../components/settings/problems";
import { PROJECT } from "../../components/settings/settings";
import { apiKey, type FakeBraintrust, startBraintrust } from "../automation/braintrust/server";
import { FakeSnowflake, type Scenario } from "../automation/snowflake/handshake/fake-snow/account";
import { sampleOutputs } from "../automation/snowflake/sql/sample-outputs";

const organization = { id: randomUUID(), name: "Acme", api_url: "https://api-eu.braintrust.dev" };
const outputs = sampleOutputs();

/** What the product says in each situation of the table, in the table's order. */
const situations: readonly (readonly [situation: string, said: () => Promise<string>])[] = [
  [
    "a wrong key",
    () =>
      atBraintrust(({ baseUrl }) =>
        failure(braintrustClient({ apiKey: "sk-wrong", baseUrl }).organizations()),
      ),
  ],
  [
    "a key without the right, or no Enterprise plan",
    () =>
      atBraintrust((server) => {
        server.next({ status: 403, body: "Forbidden" });
        return failure(braintrustClient({ apiKey, baseUrl: server.baseUrl }).project("chat"));
      }),
  ],
  [
    "too many requests",
    () =>
      atBraintrust((server) => {
        server.gate.limit = 0;
        const pause = async () => {};
        return failure(braintrustClient({ apiKey, baseUrl: server.baseUrl, pause }).project("chat"));
      }),
  ],
  [
    "an unknown project",
    () => atBraintrust(({ baseUrl }) => failure(braintrustClient({ apiKey, baseUrl }).project("chat"))),
  ],
  [
    "another organization",
    async () => {
      const project = { id: randomUUID(), org_id: organization.id, name: "chat" };
      const settings = settingsWith({ braintrust: { orgId: randomUUID() } });
      const facts = { project, accountId: undefined };
      return failure((async () => braintrustChanges(settings, { stack: "dev", encrypted: [] }, facts))());
    },
  ],
  [
    "another data plane",
    () =>
      atBraintrust(async (server) => {
        server.organizations.push(organization);
        const environment = { BRAINTRUST_API_KEY: apiKey };
        const deadline = AbortSignal.timeout(5000);
        return words(await checkBraintrust({ environment, apiUrl: server.baseUrl, deadline }));
      }),
  ],
  ["no credentials", noCredentials],
  ["expired credentials", async () => silence("ExpiredToken", "The security token is expired")],
  ["no region", async () => silence("Error", "Region is missing")],
  [
    "Snowflake in another region",
    async () => failure((async () => settingsWith({ snowflakeRegion: "eu-central-1" }))()),
  ],
  [
    "no Snowflake CLI",
    () => atSnowflake({}, async ({ dir }) => words(await checkSnowflake({ environment: { PATH: dir } }))),
  ],
  [
    "no default connection",
    () =>
      atSnowflake({ connections: ["prod"] }, async ({ environment }) =>
        words(await checkSnowflake({ environment })),
      ),
  ],
  [
    "no right in Snowflake",
    () => {
      const message =
        "003001 (42501): SQL access control error:\nInsufficient privileges to operate on account 'ACME'.";
      return atSnowflake({ failure: { pattern: "CREATE WAREHOUSE", message } }, ({ environment }) =>
        failure(runSnow("CREATE WAREHOUSE load_wh;", { environment })),
      );
    },
  ],
  ["another's integration", async () => failure(handOver(handOverWith({ found: FOREIGN })))],
  [
    "trust that has not spread",
    async () => {
      const notes: string[] = [];
      await handOver(handOverWith({ found: OURS, distrusted: 1, notes }));
      return notes.join("\n");
    },
  ],
  ["no file", async () => String((await launch(launchWith({}))).stopped?.error)],
  ["no row", async () => String((await launch(launchWith({ file: "1.jsonl" }))).stopped?.error)],
];

describe("the table of errors in docs/operations.md", () => {
  let rows: readonly string[];
  before(async () => {
    const page = await fs.readFile(path.join(projectDir, "docs", "operations.md"), "utf8");
    const [, section = ""] = page.split("### Errors of the first hours");
    const [table = ""] = section.split("\n### ");
    rows = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, message = ""]) => message);
  });

  it("has a row for each situation, and no other", () => {
    assert.equal(rows.length, situations.length, rows.join("\n"));
  });

  situations.forEach(([situation, said], at) => {
    it(`quotes what is said of ${situation}`, async () => {
      const parts = (rows[at] ?? assert.fail("no row")).split("...").map((text) => text.trim());
      const text = (await said()).replace(/\s+/g, " ");
      let from = 0;
      for (const part of parts) {
        const found = text.indexOf(part, from);
        assert.ok(found >= 0, `${JSON.stringify(part)} is not in ${text}`);
        from = found + part.length;
      }
    });
  });
});

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  return String(error);
}

function words({ evidence, fix }: Result): string {
  return `${evidence}; ${fix}`;
}

/** As on a machine on which nothing has any. */
async function noCredentials(): Promise<string> {
  const before = { ...process.env };
  for (const name of Object.keys(before)) if (name.startsWith("AWS_")) delete process.env[name];
  const nowhere = path.join(projectDir, "nowhere");
  Object.assign(process.env, {
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: "true",
  });
  try {
    const problem = await missingCredentials({ values: { "aws:region": "us-east-1" } });
    return formatProblem(problem ?? assert.fail("there are some"));
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

function silence(name: string, message: string): string {
  return renderFinding(judgeSilence(Object.assign(new Error(message), { name }), "the environment"));
}

function settingsWith(values: Record<string, unknown>) {
  const own = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${PROJECT}:${key}`, value]));
  const all = { "aws:region": "us-east-1", ...own };
  return settingsOf({
    stack: "dev",
    values: all,
    secretKeys: [],
    encrypted: [],
    unquoted: {},
    environments: [],
  });
}

async function atBraintrust(work: (server: FakeBraintrust) => Promise<string>): Promise<string> {
  const server = await startBraintrust();
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

async function atSnowflake(
  scenario: Scenario,
  work: (account: FakeSnowflake) => Promise<string>,
): Promise<string> {
  const account = await FakeSnowflake.create(scenario);
  try {
    return await work(account);
  } finally {
    await account.remove();
  }
}

const described = (role: string) =>
  JSON.stringify([{ property: "STORAGE_AWS_ROLE_ARN", property_value: role }]);
const OURS = described(outputs.snowflakeRoleArn ?? "");
const FOREIGN = described("arn:aws:iam::999988887777:role/warehouse");
const unchanged: ConnectResult = {
  outcome: "unchanged",
  changes: [],
  phase: "connected",
  behind: false,
  awaited: [],
};

function handOverWith(given: { found: string; distrusted?: number; notes?: string[] }): HandOver {
  let distrusted = given.distrusted ?? 0;
  return {
    outputs: async () => outputs,
    look: async () => unchanged,
    connect: async () => unchanged,
    up: async () => undefined,
    run: async (sql) => {
      if (sql.includes("-- load") && distrusted-- > 0) {
        throw new SnowError("003167 (42601): Error assuming AWS_ROLE: User: x is not authorized");
      }
      return given.found;
    },
    wait: async () => undefined,
    note: (message) => given.notes?.push(message),
  };
}

function launchWith({ file }: { readonly file?: string }): LaunchWork {
  let clock = 0;
  return {
    doctor: async () => ({ checks: [], summary: { ok: 0, warn: 0, fail: 0, skipped: 0 } }),
    confirm: async () => true,
    settings: async () => "complete",
    up: async () => ({ summary: "no changes", outputs }),
    exports: async () => [],
    snowflake: async () => "connected",
    firstExport: async () => file,
    arrivals: async () => new Map([["stream-0", { rows: 0 }]]),
    waiting: {
      deadlineMs: 1000,
      pauseMs: 1000,
      pause: async (milliseconds) => {
        clock += milliseconds;
      },
      now: () => clock,
      note: () => undefined,
    },
  };
}
