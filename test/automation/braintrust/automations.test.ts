import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { braintrustClient, type ProjectAutomation } from "../../../automation/braintrust/api";
import {
  applyAutomations,
  describePlan,
  desiredAutomations,
  type ExportSettings,
  exportPath,
  planAutomations,
} from "../../../automation/braintrust/automations";
import { PipelineError, UsageError } from "../../../automation/errors";
import { outputsOf } from "./outputs";
import { apiKey, type FakeBraintrust, startBraintrust, storedExport } from "./server";

const projectId = "0b1f4c8e-3d6a-4f0e-9d1c-5a7b2c3d4e5f";
const settings: ExportSettings = { projectId, exportType: "log_spans", intervalSeconds: 3600 };
const logsOnly = (changes: Partial<ExportSettings> = {}) =>
  desiredAutomations(outputsOf(), new Map([["logs", { ...settings, ...changes }]]), "prod");

function stored(
  config: Record<string, unknown> = {},
  name = "prod-logs",
  project = projectId,
): ProjectAutomation {
  return storedExport(project, name, config) as ProjectAutomation;
}

describe("desiredAutomations", () => {
  it("makes one automation per stream, named after the bucket by default", () => {
    assert.deepEqual(desiredAutomations(outputsOf(), { ...settings, batchSize: 500 }), [
      {
        projectId,
        exportType: "log_spans",
        intervalSeconds: 3600,
        batchSize: 500,
        stream: "logs",
        name: "exports-logs",
        exportPath: "s3://exports/braintrust-exports/logs",
        format: "jsonl",
        roleArn: "arn:aws:iam::123456789012:role/Export",
      },
      {
        projectId,
        exportType: "log_spans",
        intervalSeconds: 3600,
        batchSize: 500,
        stream: "traces",
        name: "exports-traces",
        exportPath: "s3://exports/braintrust-exports/traces",
        format: "parquet",
        roleArn: "arn:aws:iam::123456789012:role/Export",
      },
    ]);
  });

  it("takes a choice per stream and leaves out streams without one", () => {
    const chosen = new Map([
      ["traces", { ...settings, exportType: "log_traces" as const, intervalSeconds: 300 }],
    ]);
    const desired = desiredAutomations(outputsOf(), chosen, "prod");
    assert.deepEqual(
      desired.map(({ name, exportType, intervalSeconds }) => [name, exportType, intervalSeconds]),
      [["prod-traces", "log_traces", 300]],
    );
  });

  it("takes intervals of 1 s to 30 days and no other", () => {
    for (const intervalSeconds of [1, 2_592_000]) assert.doesNotThrow(() => logsOnly({ intervalSeconds }));
    for (const intervalSeconds of [0, -1, 2_592_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => logsOnly({ intervalSeconds }), UsageError);
    }
  });

  it("reports every problem at once, each once", () => {
    const wrong = { ...settings, projectId: "my project", intervalSeconds: 0, batchSize: 0 };
    assert.throws(
      () => desiredAutomations(outputsOf(), new Map(Object.entries({ logs: wrong, other: wrong }))),
      new UsageError(
        'project id "my project" is not a UUID; ' +
          "export interval 0 s must be a whole number from 1 to 2592000 (30 days); " +
          "batch size 0 must be a whole number of at least 1; " +
          'stream "other" is not one of the stack\'s: logs, traces',
      ),
    );
  });
});

describe("planAutomations", () => {
  const only = (desired: ReturnType<typeof logsOnly>, existing: readonly ProjectAutomation[]) => {
    const [planned, ...rest] = planAutomations(desired, existing);
    assert.ok(planned);
    assert.equal(rest.length, 0);
    return planned;
  };

  it("creates what is missing, whatever other projects have", () => {
    assert.equal(only(logsOnly(), []).action, "create");
    assert.equal(only(logsOnly(), [stored({}, "prod-logs", randomUUID())]).action, "create");
    const elsewhere = stored({ export_path: "s3://exports/other" }, "by hand");
    assert.equal(only(logsOnly(), [elsewhere]).action, "create");
  });

  it("leaves alone what is as it should be, also with a slash behind the path or ids in capitals", () => {
    const same = stored({ export_path: "s3://exports/braintrust-exports/logs/" });
    assert.equal(only(logsOnly(), [same]).action, "unchanged");
    assert.equal(only(logsOnly({ projectId: projectId.toUpperCase() }), [same]).action, "unchanged");
    assert.equal(only(logsOnly(), [stored({ batch_size: 777 })]).action, "unchanged");
  });

  it("takes over the automation made by hand for the same path", () => {
    const byHand = stored({ interval_seconds: 300 }, "Export to S3");
    const planned = only(logsOnly(), [byHand]);
    assert.ok(planned.action === "update");
    assert.deepEqual([planned.id, planned.name], [byHand.id, "Export to S3"]);
  });

  it("names each field that differs and keeps the external id", () => {
    const other = stored({
      export_definition: { type: "log_traces" },
      format: "parquet",
      interval_seconds: 300,
      credentials: { type: "aws_iam", role_arn: "arn:aws:iam::1:role/Old", external_id: "theirs" },
    });
    const planned = only(logsOnly({ batchSize: 50 }), [other]);
    assert.ok(planned.action === "update");
    assert.deepEqual(planned.kept, { path: "s3://exports/braintrust-exports/logs", externalId: "theirs" });
    assert.deepEqual(planned.changes, [
      { field: "export type", from: '"log_traces"', to: '"log_spans"' },
      { field: "format", from: '"parquet"', to: '"jsonl"' },
      { field: "interval in seconds", from: "300", to: "3600" },
      { field: "role ARN", from: '"arn:aws:iam::1:role/Old"', to: '"arn:aws:iam::123456789012:role/Export"' },
      { field: "batch size", from: "none", to: "50" },
    ]);
  });

  const conflicts: readonly [string, readonly ProjectAutomation[], RegExp][] = [
    [
      "another path under the name",
      [stored({ export_path: "s3://exports/old" })],
      /fixes the path at creation/,
    ],
    [
      "an alert under the name",
      [{ ...stored(), config: { event_type: "logs" } }],
      /is no export this program knows/,
    ],
    ["two of the name", [stored(), stored()], /and 1 more have this stream's name or path/],
    ["two of the path", [stored({}, "a"), stored({}, "b")], /and 1 more have this stream's name or path/],
    [
      "a query of its own",
      [stored({ export_definition: { type: "btql_query", btql_query: "select: *" } })],
      /exports a query of its own/,
    ],
    [
      "credentials of another cloud",
      [stored({ credentials: { type: "gcp_service_account", service_account_email: "a@b" } })],
      /"gcp_service_account" credentials, not aws_iam/,
    ],
  ];
  for (const [what, existing, reason] of conflicts) {
    it(`is in conflict with ${what}`, () => {
      const planned = only(logsOnly(), existing);
      assert.ok(planned.action === "conflict");
      assert.match(planned.reason, reason);
    });
  }

  it("disregards slashes behind a path and nothing else", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(3), (name, slashes) => {
        const bare = `s3://b/${name.replace(/\/+$/, "")}`.replace(/\/+$/, "");
        assert.equal(exportPath(bare + "/".repeat(slashes)), bare);
      }),
    );
  });
});

describe("describePlan", () => {
  it("shows one line per stream, the changes and the totals", () => {
    const existing = [stored({ status: "paused", interval_seconds: 300 })];
    const plan = planAutomations(
      desiredAutomations(outputsOf(), { ...settings, batchSize: 9 }, "prod"),
      existing,
    );
    assert.equal(
      describePlan(plan),
      [
        'update     logs    "prod-logs" (paused in Braintrust: nothing is exported until it is resumed there)',
        "           interval in seconds: 300 -> 3600",
        "           batch size: none -> 9",
        'create     traces  "prod-traces": log_spans as parquet to s3://exports/braintrust-exports/traces ' +
          "every 3600 s, batches of 9, as arn:aws:iam::123456789012:role/Export",
        "1 to create, 1 to update, 0 unchanged, 0 in conflict",
      ].join("\n"),
    );
  });

  it("passes on nothing that steers a terminal", () => {
    const hostile = "\u001b[2Jx\u009b31m\u202e";
    const plans = [
      stored({ export_path: hostile }),
      stored({ format: hostile }),
      stored({ credentials: { type: hostile } }),
      stored({ interval_seconds: 1 }, hostile),
    ].map((one) => describePlan(planAutomations(logsOnly(), [one])));
    assert.doesNotMatch(plans.join("").replaceAll("\n", ""), /\p{C}/u);
  });
});

describe("applyAutomations", () => {
  let server: FakeBraintrust;
  const client = () => braintrustClient({ apiKey, baseUrl: server.baseUrl });
  const planned = async (chosen: ExportSettings = settings) =>
    planAutomations(desiredAutomations(outputsOf(), chosen, "prod"), await client().automations(projectId));
  const writes = () => server.requests.filter(({ method }) => method !== "GET");

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

  it("names the stream that failed and those done before it, and goes on from there", async () => {
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
});
