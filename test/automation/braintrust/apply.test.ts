import assert from "node:assert/strict";
import { braintrustClient } from "../../../automation/braintrust/api";
import { applyAutomations } from "../../../automation/braintrust/apply";
import {
  desiredAutomations,
  type ExportSettings,
  planAutomations,
} from "../../../automation/braintrust/automations";
import { PipelineError } from "../../../automation/errors";
import { outputsOf } from "./outputs";
import { apiKey, type FakeBraintrust, startBraintrust, storedExport } from "./server";

const projectId = "0b1f4c8e-3d6a-4f0e-9d1c-5a7b2c3d4e5f";
const settings: ExportSettings = { projectId, exportType: "log_spans", intervalSeconds: 3600 };

describe("applyAutomations", () => {
  let server: FakeBraintrust;
  const client = () => braintrustClient({ apiKey, baseUrl: server.baseUrl });
  const planned = async (chosen: ExportSettings = settings) =>
    planAutomations(desiredAutomations(outputsOf(), chosen, "prod"), await client().automations(projectId));
  const writes = () =>
    server.requests.filter(({ method, path }) => method !== "GET" && path.startsWith("/v1/"));

  beforeEach(async () => {
    server = await startBraintrust();
  });
  afterEach(() => server.close());

  it("creates what is missing, each with an external id of its own, and then has nothing to do", async () => {
    const applied = await applyAutomations(client(), await planned());
    assert.deepEqual(
      applied.map(({ stream, done }) => [stream, done]),
      [
        ["logs", "created"],
        ["traces", "created"],
      ],
    );
    const [logs, traces] = writes().map(
      ({ body }) => body as { name: string; config: Record<string, unknown> },
    );
    assert.ok(logs && traces);
    const { credentials, ...rest } = logs.config;
    const { external_id, ...role } = credentials as { external_id: string };
    assert.match(external_id, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.notDeepEqual(traces.config.credentials, credentials);
    assert.deepEqual(role, { type: "aws_iam", role_arn: "arn:aws:iam::123456789012:role/Export" });
    assert.deepEqual(rest, {
      event_type: "btql_export",
      export_definition: { type: "log_spans" },
      export_path: "s3://exports/braintrust-exports/logs",
      format: "jsonl",
      interval_seconds: 3600,
    });

    const before = writes().length;
    const again = await applyAutomations(client(), await planned());
    assert.deepEqual(
      again.map(({ done }) => done),
      ["unchanged", "unchanged"],
    );
    assert.equal(writes().length, before);
  });

  it("updates what differs and keeps the external id, the path as it is and what it does not know", async () => {
    const slashed = { export_path: "s3://exports/braintrust-exports/logs/", interval_seconds: 300 };
    server.automations.push(storedExport(projectId, "prod-logs", slashed));
    const [logs] = await applyAutomations(client(), await planned());
    assert.deepEqual([logs?.done, logs?.id], ["updated", server.automations.at(-1)?.id]);
    const config = server.automations.at(-1)?.config as Record<string, unknown>;
    assert.equal(config.interval_seconds, 3600);
    assert.deepEqual(config.a_field_of_tomorrow, { deep: true });
    assert.equal((config.credentials as { external_id: string }).external_id, "kept");
    assert.equal(config.export_path, slashed.export_path);
  });

  it("registers the schedule of each export, also of one that is unchanged", async () => {
    server.automations.push(storedExport(projectId, "prod-logs"));
    const applied = await applyAutomations(client(), await planned());
    assert.deepEqual(
      applied.map(({ stream, done, scheduled }) => [stream, done, scheduled]),
      [
        ["logs", "unchanged", true],
        ["traces", "created", true],
      ],
    );
    for (const { id } of applied) {
      assert.deepEqual(server.schedules.get(id), {
        automation_id: id,
        cron: { type: "btql_export" },
        service_token: apiKey,
      });
    }
  });

  it("hands a service token on where there is one, and shows it nowhere", async () => {
    const serviceToken = "bt-st-canary/9876543210";
    const withToken = braintrustClient({ apiKey, serviceToken, baseUrl: server.baseUrl });
    const [logs] = await applyAutomations(withToken, await planned());
    assert.equal(server.schedules.get(logs?.id ?? "")?.service_token, serviceToken);
    server.next({
      status: 403,
      body: JSON.stringify({ message: `token ${serviceToken} has no read permission` }),
    });
    await assert.rejects(withToken.schedule(logs?.id ?? ""), (error: Error) => {
      assert.match(error.message, /POST \/automation\/cron: HTTP 403.*token \[key\] has no read permission/);
      return true;
    });
  });

  it("says where the data plane has no schedules to register", async () => {
    const plan = await planned();
    const [created] = await applyAutomations(client(), plan.slice(0, 1));
    server.next({ status: 404, body: "Not Found" });
    assert.equal(await client().schedule(created?.id ?? ""), false);
  });

  it("names the stream whose schedule was refused, and what was done before it", async () => {
    const plan = await planned();
    const refusing = { ...client(), schedule: () => Promise.reject(new PipelineError("HTTP 403")) };
    await assert.rejects(applyAutomations(refusing, plan), /^PipelineError: stream "logs": HTTP 403$/);
  });

  it("changes nothing at all while one stream is in conflict", async () => {
    server.automations.push(storedExport(projectId, "prod-traces", { export_path: "s3://exports/old" }));
    await assert.rejects(
      applyAutomations(client(), await planned()),
      /^PipelineError: nothing was changed in Braintrust: stream "traces": .*fixes the path at creation/,
    );
    assert.deepEqual(writes(), []);
  });

  it("notices when the name was taken between plan and apply", async () => {
    const plan = await planned();
    server.automations.push(storedExport(projectId, "prod-logs", { interval_seconds: 60 }));
    await assert.rejects(applyAutomations(client(), plan), (error: Error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(
        error.message,
        /stream "logs": Braintrust accepted the request but keeps an automation that differs/,
      );
      assert.match(error.message, /interval in seconds: 60 -> 3600/);
      return true;
    });
  });

  it("names the stream that failed and those done before it, and resumes there", async () => {
    const plan = await planned();
    let calls = 0;
    const failing = {
      ...client(),
      create: (body: Parameters<ReturnType<typeof client>["create"]>[0]) => {
        if (++calls === 2) server.next({ status: 500, body: "oops" });
        return client().create(body);
      },
    };
    await assert.rejects(
      applyAutomations(failing, plan),
      /^PipelineError: stream "traces" \(before it: logs created\): .* HTTP 500, .*oops/,
    );
    const rest = await applyAutomations(client(), await planned());
    assert.deepEqual(
      rest.map(({ done }) => done),
      ["unchanged", "created"],
    );
  });

  it("waits where Braintrust limits requests, in whatever call, and creates everything once", async () => {
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => {
      pauses.push(milliseconds);
      server.gate.pass(milliseconds);
    };
    server.gate.limit = 1;
    const limited = braintrustClient({ apiKey, baseUrl: server.baseUrl, pause });
    server.automations.push(
      ...[1, 2, 3].map((each) =>
        storedExport(projectId, `other-${each}`, { export_path: `s3://other/${each}` }),
      ),
    );
    const desired = desiredAutomations(outputsOf(), settings, "prod");
    const plan = planAutomations(desired, await limited.automations(projectId));
    const applied = await applyAutomations(limited, plan);
    // Three pages, then a creation and a schedule for each of two streams.
    assert.deepEqual(pauses, Array(6).fill(10_000));
    assert.deepEqual(
      applied.map(({ done, scheduled }) => [done, scheduled]),
      Array(2).fill(["created", true]),
    );
    assert.equal(server.automations.length, 5);
  });

  for (const [calls, done] of [
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
  ] as const) {
    it(`says what a key had done that expired after ${calls} calls, and the next key does the rest`, async () => {
      const plan = await planned();
      server.gate.validFor = calls;
      const stream = calls < 2 ? "logs" : "traces";
      const before = calls < 2 ? "" : " \\(before it: logs created\\)";
      await assert.rejects(
        applyAutomations(client(), plan),
        new RegExp(
          `^PipelineError: stream "${stream}"${before}: Braintrust POST /\\S+: HTTP 401, the API key is not valid: ` +
            "check BRAINTRUST_API_KEY: The API key has expired$",
        ),
      );
      assert.equal(server.automations.length, done);
      server.gate.validFor = Number.POSITIVE_INFINITY;
      await applyAutomations(client(), await planned());
      assert.equal(server.automations.length, 2);
      assert.equal(server.schedules.size, 2);
    });
  }
});
