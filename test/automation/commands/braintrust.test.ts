import assert from "node:assert/strict";
import { wholeCommandLine } from "../../../automation/cli";
import { type BraintrustOptions, braintrust } from "../../../automation/commands/braintrust";
import { PipelineError, UsageError } from "../../../automation/errors";
import type { PipelineOutputs } from "../../../automation/outputs";
import { outputsOf } from "../braintrust/outputs";
import { apiKey, type FakeBraintrust, startBraintrust, storedExport } from "../braintrust/server";
import { type Captured, captured, withVariable } from "./captured";

const projectId = "0b1f4c8e-3d6a-4f0e-9d1c-5a7b2c3d4e5f";

describe("braintrust", () => {
  let server: FakeBraintrust;

  beforeEach(async () => {
    server = await startBraintrust();
    server.projects.push({ id: projectId, name: "my project", org_id: projectId });
  });
  afterEach(() => server.close());

  async function run(
    options: Partial<BraintrustOptions> = {},
    { key = apiKey, outputs = outputsOf() }: { key?: string; outputs?: PipelineOutputs } = {},
  ): Promise<Captured> {
    const given = { stack: "prod", apiUrl: server.baseUrl, ...options };
    const result = await withVariable("BRAINTRUST_API_KEY", key, () =>
      captured(() => braintrust(given, async () => outputs)),
    );
    const everything = `${result.out}${result.err}${String(result.error)}`;
    for (const form of [apiKey, encodeURIComponent(apiKey), Buffer.from(apiKey).toString("base64")]) {
      assert.ok(!everything.includes(form), "the key was shown");
    }
    return result;
  }
  const writes = () =>
    server.requests.filter(({ method, path }) => method !== "GET" && path.startsWith("/v1/"));

  it("prints what the dialog asks for where there is no key, and asks nobody", async () => {
    const { out, err, error } = await run({}, { key: "" });
    assert.equal(error, undefined);
    assert.match(out, /Role ARN +arn:aws:iam::123456789012:role\/Export/);
    assert.match(err, /also pass BRAINTRUST_API_KEY in the environment and --project <name or id>/);
    assert.deepEqual(server.requests, []);
  });

  it("refuses --yes without a project or a key", async () => {
    const { error } = await run({ yes: true });
    assert.ok(error instanceof UsageError);
    assert.equal(error.message, "--yes also needs --project <name or id>");
    const { error: other } = await run({ yes: true, project: projectId }, { key: "" });
    assert.match(String(other), /^UsageError: --yes also needs BRAINTRUST_API_KEY in the environment$/);
  });

  for (const project of ["my project", projectId]) {
    it(`shows for the project ${project} what it would do, and does none of it`, async () => {
      const { out, err, error } = await run({ project, exportType: "traces", intervalSeconds: 300 });
      assert.equal(error, undefined);
      assert.match(
        out,
        /^create {5}logs {4}"exports-logs": log_traces as jsonl to s3:\/\/exports\/.* every 300 s/,
      );
      assert.match(out, /2 to create, 0 to update, 0 unchanged, 0 in conflict/);
      assert.match(err, /nothing was changed: pass --yes to apply/);
      assert.deepEqual(writes(), []);
    });
  }

  it("pauses and resumes what it has created, and nothing that differs from the stack", async () => {
    const place = { project: projectId, yes: true };
    const none = await run({ ...place, pause: true });
    assert.ok(none.error instanceof UsageError);
    assert.match(none.error.message, /^nothing was changed: .*apply these changes first/);
    await run(place);
    const statuses = () => server.automations.map(({ config }) => (config as { status?: string }).status);
    const before = structuredClone(server.automations.map(({ config }) => config));
    assert.match((await run({ ...place, pause: true })).out, /paused {2}logs .*\npaused {2}traces/);
    assert.deepEqual(statuses(), ["paused", "paused"]);
    const sent = writes().length;
    assert.match((await run({ ...place, pause: true })).out, /unchanged {2}logs/);
    assert.equal(writes().length, sent);
    assert.match((await run({ ...place, resume: true })).out, /resumed {2}logs/);
    assert.deepEqual(
      server.automations.map(({ config }) => config),
      before.map((config) => ({ ...(config as object), status: "active" })),
    );
  });

  it("refuses to pause without a key, without --yes where no terminal is there to confirm on, and to do both", async () => {
    await run({ project: projectId, yes: true });
    const sent = writes().length;
    const pause = { project: projectId, pause: true };
    for (const result of [
      await run(pause, { key: "" }),
      await run(pause),
      await run({ ...pause, resume: true, yes: true }),
      await run({ pause: true, yes: true }),
    ]) {
      assert.ok(result.error instanceof UsageError, String(result.error));
    }
    assert.equal(writes().length, sent);
  });

  it("applies with --yes, once", async () => {
    const first = await run({ project: "my project", yes: true });
    assert.equal(first.error, undefined);
    assert.match(first.out, /created {2}logs {2}[0-9a-f-]{36} {2}scheduled\ncreated {2}traces/);
    assert.deepEqual(
      server.automations.map(({ name }) => name),
      ["exports-traces", "exports-logs"],
    );
    const before = writes().length;
    const second = await run({ project: projectId, yes: true });
    assert.match(second.out, /0 to create, 0 to update, 2 unchanged/);
    assert.deepEqual([second.error, writes().length], [undefined, before]);
    assert.equal(server.schedules.size, 2);
  });

  it("names --yes for the deprecated --apply, which changes nothing without a confirmation", async () => {
    const { err, error } = await run({ project: projectId, apply: true });
    assert.match(err, /^--apply is deprecated and will be removed in the next version: use --yes$/m);
    assert.match(String(error), /UsageError: Apply these changes to 2 of Braintrust's .*pass --yes/);
    assert.deepEqual(writes(), []);
  });

  it("refuses to apply while the role cannot be assumed, and says what to set", async () => {
    const { out, error } = await run(
      { project: projectId, apply: true, yes: true },
      { outputs: outputsOf({ phase: "awaiting-braintrust" }) },
    );
    assert.match(out, /2 to create/);
    assert.ok(error instanceof UsageError);
    assert.match(
      error.message,
      /"prod" is awaiting-braintrust: .*braintrust\.accountId.*braintrust\.orgId.*up --stack prod/,
    );
    assert.deepEqual(writes(), []);
  });

  it("applies nothing while a stream is in conflict, without asking", async () => {
    server.automations.push(storedExport(projectId, "exports-traces", { export_path: "s3://exports/old" }));
    const { error } = await run({ project: projectId, apply: true });
    assert.ok(error instanceof PipelineError);
    assert.match(error.message, /nothing was changed in Braintrust: stream "traces"/);
    assert.deepEqual(writes(), []);
  });

  for (const [options, message] of [
    [{ exportType: "constructor" }, /--export-type constructor: must be spans or traces/],
    [{ project: "my project", intervalSeconds: Number.NaN }, /export interval NaN s must be a whole number/],
    [{ project: "elsewhere" }, /no Braintrust project "elsewhere" is visible/],
    [{ project: "my project", apiUrl: "http://api.example.com" }, /must start with https:/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      const { error } = await run(options);
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
    });
  }

  it("takes the URL of the API from Braintrust's variable, and rather from the option", async () => {
    const program = await wholeCommandLine();
    const doctor = (...options: string[]) =>
      withVariable("BRAINTRUST_API_URL", "http://api.example.com", () =>
        captured(async () => void (await program.parseAsync(["doctor", ...options], { from: "user" }))),
      );
    assert.match(String((await doctor()).error), /must start with https:/);
    // Without tools that it would start.
    const { error } = await withVariable("PATH", "", () => doctor("--api-url", server.baseUrl));
    assert.doesNotMatch(String(error), /must start with https:/);
  });
});
