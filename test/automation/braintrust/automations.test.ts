import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { ProjectAutomation } from "../../../automation/braintrust/api";
import {
  describePlan,
  desiredAutomations,
  type ExportSettings,
  exportPath,
  planAutomations,
} from "../../../automation/braintrust/automations";
import { UsageError } from "../../../automation/errors";
import { outputsOf } from "./outputs";
import { storedExport } from "./server";

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

  it("adopts the automation made by hand for the same path", () => {
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
        'update     logs    "prod-logs" (paused: nothing is exported until `braintrust --resume`)',
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
