import type { StreamOutput } from "../outputs";
import { type BraintrustClient, exportConfigOf } from "./api";
import { exportPath } from "./automations";

/** What Braintrust has for one stream; its API does not tell the runs of an export. */
export interface ExportStatus {
  readonly stream: string;
  /** Absent where no automation writes there. */
  readonly name?: string;
  readonly status: "active" | "paused" | "missing";
  readonly intervalSeconds?: number;
}

/** The exports that write to these streams, in any project that the key can see. */
export async function exportStatuses(
  client: Pick<BraintrustClient, "automations">,
  streams: readonly Pick<StreamOutput, "name" | "url">[],
): Promise<ExportStatus[]> {
  const exports = (await client.automations()).flatMap((automation) => {
    const config = exportConfigOf(automation);
    return config === undefined ? [] : [{ name: automation.name, config }];
  });
  return streams.map(({ name: stream, url }) => {
    const found = exports.find(({ config }) => exportPath(config.export_path) === exportPath(url));
    if (found === undefined) return { stream, status: "missing" };
    const { status, interval_seconds: intervalSeconds } = found.config;
    return { stream, name: found.name, status: status === "paused" ? "paused" : "active", intervalSeconds };
  });
}
