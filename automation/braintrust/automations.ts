import { UsageError } from "../errors";
import type { PipelineOutputs, StreamOutput } from "../outputs";
import { listed } from "../terminal/counted";
import type { ExportConfig, ExportType, ProjectAutomation } from "./api";
import { exportConfigOf, isUuid } from "./api";

/** What the caller decides of an export; the rest comes from the stack's outputs. */
export interface ExportSettings {
  /** The project's UUID, not its name. */
  readonly projectId: string;
  readonly exportType: ExportType;
  /** Start to start, whole seconds from 1 to 2592000 (30 days). */
  readonly intervalSeconds: number;
  /** Rows in a batch, at least 1. Absent: Braintrust's own default on creation (1,000), afterwards whatever is set. */
  readonly batchSize?: number;
}

/** The export automation a stream should have. */
export interface DesiredAutomation extends ExportSettings {
  readonly stream: string;
  readonly name: string;
  /** `s3://bucket/prefix`, without a slash at the end. */
  readonly exportPath: string;
  readonly format: StreamOutput["format"];
  readonly roleArn: string;
}

/** One field of an automation that is to change, with both values as text. */
export interface FieldChange {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

interface Found {
  readonly desired: DesiredAutomation;
  readonly id: string;
  /** The automation's name in Braintrust, which may be of its maker's choosing. */
  readonly name: string;
  /** Braintrust runs no export until the automation is resumed. */
  readonly paused: boolean;
  readonly kept: Kept;
}

/** What an update sends as it is: the path, fixed by Braintrust slash and all, and the id the role may name. */
export interface Kept {
  readonly path: string;
  readonly externalId: string;
}

/** What is to be done for one stream. */
export type PlannedAutomation =
  | { readonly action: "create"; readonly desired: DesiredAutomation }
  | ({ readonly action: "unchanged" } & Found)
  | ({
      readonly action: "update";
      readonly changes: readonly FieldChange[];
    } & Found)
  | { readonly action: "conflict"; readonly desired: DesiredAutomation; readonly reason: string };

/** The export automations that a stack asks for, one for each stream. */
export type AutomationPlan = readonly PlannedAutomation[];

/** The name of a stream's automation: `<owner>-<stream>`, the owner being the stack or the bucket. */
export function automationName(owner: string, stream: string): string {
  return `${owner}-${stream}`;
}

/**
 * A stream's URL as Braintrust takes it: without a slash at the end. No page says that one matters, but the API's
 * schema and the dialog's example (`s3://bucket-name/path/to/export`) have none, and with one an exporter that joins
 * by "/" would write keys with an empty folder in them. Comparisons disregard it.
 *
 * Source: www.braintrust.dev/docs/guides/automations/data-management
 */
export function exportPath(url: string): string {
  return url.replace(/\/+$/, "");
}

/**
 * The automations the streams should have.
 *
 * @param settings One choice for all streams, or one per stream by name; streams not named are left out.
 * @param owner First part of the names, by default the bucket.
 * @throws UsageError naming each setting out of range and each stream the stack does not have.
 */
export function desiredAutomations(
  outputs: PipelineOutputs,
  settings: ExportSettings | ReadonlyMap<string, ExportSettings>,
  owner: string = outputs.bucketName,
): DesiredAutomation[] {
  const byStream =
    "get" in settings ? settings : new Map(outputs.streams.map(({ name }) => [name, settings]));
  const known = outputs.streams.map(({ name }) => name);
  const problems = [...byStream].flatMap(([stream, chosen]) => [
    ...(known.includes(stream) ? [] : [`stream "${stream}" is not one of the stack's: ${listed(known)}`]),
    ...findProblems(chosen),
  ]);
  if (problems.length > 0) throw new UsageError([...new Set(problems)].join("; "));

  return outputs.streams.flatMap(({ name, url, format }) => {
    const chosen = byStream.get(name);
    if (chosen === undefined) return [];
    return {
      ...chosen,
      projectId: chosen.projectId.toLowerCase(),
      stream: name,
      name: automationName(owner, name),
      exportPath: exportPath(url),
      format,
      roleArn: outputs.braintrustRoleArn,
    };
  });
}

/**
 * Compares what should be with what is. An automation is a stream's own by its name in the stream's project, or, where
 * none has the name, by its export path: one made by hand in the dialog is adopted under its name.
 */
export function planAutomations(
  desired: readonly DesiredAutomation[],
  existing: readonly ProjectAutomation[],
): AutomationPlan {
  return desired.map((wanted) => planOne(wanted, existing));
}

/** The plan as text: one line per stream, its changes below it, totals at the end. */
export function describePlan(plan: AutomationPlan): string {
  const width = Math.max(0, ...plan.map(({ desired }) => desired.stream.length));
  const lines = plan.flatMap((planned) => {
    const { desired } = planned;
    const head = `${planned.action.padEnd(9)}  ${desired.stream.padEnd(width)}  `;
    if (planned.action === "conflict") return [`${head}${planned.reason}`];
    if (planned.action === "create") return [`${head}${quoted(desired.name)}: ${summary(desired)}`];
    const paused = planned.paused ? " (paused: nothing is exported until `braintrust --resume`)" : "";
    const changes = planned.action === "update" ? planned.changes : [];
    return [
      `${head}${quoted(planned.name)}${paused}`,
      ...changes.map(({ field, from, to }) => `           ${field}: ${from} -> ${to}`),
    ];
  });
  const count = (action: PlannedAutomation["action"]) =>
    plan.filter((planned) => planned.action === action).length;
  const totals = `${count("create")} to create, ${count("update")} to update, ${count("unchanged")} unchanged`;
  return [...lines, `${totals}, ${count("conflict")} in conflict`].join("\n");
}

function findProblems({ projectId, intervalSeconds, batchSize }: ExportSettings): string[] {
  const problems: string[] = [];
  if (!isUuid(projectId)) problems.push(`project id "${projectId}" is not a UUID`);
  if (!Number.isInteger(intervalSeconds) || intervalSeconds < 1 || intervalSeconds > 2_592_000) {
    problems.push(`export interval ${intervalSeconds} s must be a whole number from 1 to 2592000 (30 days)`);
  }
  if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize >= 1)) {
    problems.push(`batch size ${batchSize} must be a whole number of at least 1`);
  }
  return problems;
}

function planOne(desired: DesiredAutomation, existing: readonly ProjectAutomation[]): PlannedAutomation {
  const conflict = (reason: string) => ({ action: "conflict", desired, reason }) as const;
  const inProject = existing.filter((one) => one.project_id.toLowerCase() === desired.projectId);
  const named = inProject.filter(({ name }) => name === desired.name);
  const matches = named.length > 0 ? named : inProject.filter((one) => writesTo(one, desired.exportPath));
  const [match] = matches;
  if (match === undefined) return { action: "create", desired };
  const who = `automation ${quoted(match.name)} (${match.id})`;
  if (matches.length > 1) {
    return conflict(
      `${who} and ${matches.length - 1} more have this stream's name or path; delete all but one`,
    );
  }

  const config = exportConfigOf(match);
  if (config === undefined)
    return conflict(`${who} is no export this program knows; rename it or choose another owner`);
  if (exportPath(config.export_path) !== desired.exportPath) {
    return conflict(
      `${who} exports to ${quoted(config.export_path)}, not ${quoted(desired.exportPath)}; Braintrust fixes the path at ` +
        "creation: delete or rename that automation, then plan again (a new one starts its export from its own cursor)",
    );
  }
  if (config.export_definition.type === "btql_query") {
    return conflict(`${who} exports a query of its own, which an update cannot remove; delete or rename it`);
  }
  const { credentials } = config;
  if (!("external_id" in credentials))
    return conflict(`${who} has ${quoted(credentials.type)} credentials, not aws_iam`);

  const kept = { path: config.export_path, externalId: credentials.external_id };
  const found = { desired, id: match.id, name: match.name, paused: config.status === "paused", kept };
  const changes = differences(desired, config);
  if (changes.length === 0) return { action: "unchanged", ...found };
  return { action: "update", ...found, changes };
}

function writesTo(automation: ProjectAutomation, path: string): boolean {
  const config = exportConfigOf(automation);
  return config !== undefined && exportPath(config.export_path) === path;
}

function differences(desired: DesiredAutomation, config: ExportConfig): FieldChange[] {
  const { credentials } = config;
  const compare = (field: string, from: string | number | null | undefined, to: string | number) =>
    from === to ? [] : [{ field, from: from == null ? "none" : quoted(from), to: quoted(to) }];
  return [
    ...compare("export type", config.export_definition.type, desired.exportType),
    ...compare("format", config.format, desired.format),
    ...compare("interval in seconds", config.interval_seconds, desired.intervalSeconds),
    ...compare("role ARN", "role_arn" in credentials ? credentials.role_arn : undefined, desired.roleArn),
    ...(desired.batchSize === undefined ? [] : compare("batch size", config.batch_size, desired.batchSize)),
  ];
}

function summary(wanted: DesiredAutomation): string {
  const batches = wanted.batchSize === undefined ? "" : `, batches of ${wanted.batchSize}`;
  const what = `${wanted.exportType} as ${wanted.format} to ${wanted.exportPath}`;
  return `${what} every ${wanted.intervalSeconds} s${batches}, as ${wanted.roleArn}`;
}

/** A value from Braintrust, without what could steer the terminal it is shown on. */
function quoted(value: string | number): string {
  return JSON.stringify(value).replace(/\p{C}/gu, "?");
}
