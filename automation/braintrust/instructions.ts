import type { PipelineOutputs, StreamOutput } from "../outputs";
import { automationName, exportPath } from "./automations";

const formats: Record<StreamOutput["format"], string> = { jsonl: "JSON Lines", parquet: "Parquet" };

/**
 * What Braintrust's export dialog asks for, stream by stream, as plain text with the values aligned; before it, while
 * the role cannot be assumed, what is needed from the dialog first.
 *
 * Source: www.braintrust.dev/docs/admin/data-management/export
 */
export function braintrustInstructions(outputs: PipelineOutputs): string {
  return [
    "Braintrust: project settings, Data management, Create automation, type S3 export; one automation per stream.",
    ...(outputs.phase === "awaiting-braintrust" ? [trustFirst] : []),
    ...outputs.streams.map((stream) => dialog(outputs, stream)),
    afterwards,
  ].join("\n\n");
}

const trustFirst = [
  "The role cannot be assumed yet, so a test of the automation fails until these two are set:",
  aligned([
    ["Braintrust's AWS account id", "setting braintrust.accountId"],
    ["your organization's id", "setting braintrust.orgId"],
  ]),
  'The dialog shows both under "Role creation instructions". Set them, run "up", then come back to the dialog.',
].join("\n");

const afterwards = [
  'Press "Test automation" (it writes a file and deletes it) and then "Save".',
  "Braintrust fixes the S3 path when the automation is saved: it cannot be changed afterwards.",
].join("\n");

function dialog(outputs: PipelineOutputs, stream: StreamOutput): string {
  const pattern = outputs.braintrustExternalId ?? "bt:<organization id>:*, once braintrust.orgId is set";
  const fields = aligned([
    ["Name", automationName(outputs.bucketName, stream.name)],
    ["Data to export", "Logs (spans): one row per span; or Logs (traces): one row per trace"],
    ["S3 path", exportPath(stream.url)],
    ["Role ARN", outputs.braintrustRoleArn],
    ["Format", formats[stream.format]],
    ["Interval", "1 hour is a good start (5 minutes to 24 hours; shorter: fresher rows in smaller files)"],
    ["External id", `${pattern} (Braintrust makes the id; the role trusts this pattern)`],
  ]);
  return `Stream ${stream.name}\n${fields}`;
}

function aligned(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join("\n");
}
