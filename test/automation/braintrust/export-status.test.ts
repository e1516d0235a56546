import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { braintrustClient } from "../../../automation/braintrust/api";
import { exportStatuses } from "../../../automation/braintrust/export-status";
import { apiKey, startBraintrust, storedExport } from "./server";

describe("exportStatuses", () => {
  it("finds the export of each stream by its path, in any project, behind others and pages", async () => {
    const server = await startBraintrust();
    const export_path = "s3://exports/braintrust-exports/";
    server.automations.push(
      { id: randomUUID(), project_id: randomUUID(), name: "alert", config: { event_type: "logs" } },
      storedExport(randomUUID(), "elsewhere", { export_path: "s3://exports/braintrust-exports/logs-2" }),
      storedExport(randomUUID(), "by hand", { export_path: `${export_path}logs/`, interval_seconds: 300 }),
      storedExport(randomUUID(), "prod-spans", { export_path: `${export_path}spans`, status: "paused" }),
    );
    const streams = ["logs", "spans", "traces"].map((name) => ({ name, url: `${export_path}${name}/` }));
    const client = braintrustClient({ apiKey, baseUrl: server.baseUrl });
    assert.deepEqual(await exportStatuses(client, streams), [
      { stream: "logs", name: "by hand", status: "active", intervalSeconds: 300 },
      { stream: "spans", name: "prod-spans", status: "paused", intervalSeconds: 3600 },
      { stream: "traces", status: "missing" },
    ]);
    await server.close();
  });
});
