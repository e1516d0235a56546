import type { UpdateSummary } from "@pulumi/pulumi/automation";
import { type Phase, phaseOf, type Settings } from "../../components/settings/settings";
import type { ExportStatus } from "../braintrust/export-status";
import { commandLine } from "../command-line";
import { type Change, nameOf, summarize } from "../engine/changes";
import type { PendingOperation } from "../engine/state/state";
import type { LiveKey } from "../keys/access-keys";
import { fillIns } from "../project/fill-ins";
import { listed } from "../terminal/counted";

/** What was found of one part of a stack. */
export interface Finding<Details> {
  /** `unknown`: AWS or the engine did not say; `skipped`: nobody asked. */
  readonly verdict: "ok" | "fail" | "unknown" | "skipped";
  /** In a few words, without a full stop. */
  readonly evidence: string;
  /** The way out, or the right to grant; every failure has one. */
  readonly fix?: string;
  readonly details?: Details;
}

/** The last operation on the stack. Times are ISO 8601. */
export interface LastUpdate {
  /** update, refresh, destroy, ... */
  readonly kind: string;
  readonly result: string;
  readonly started: string;
  readonly ended?: string;
  readonly message?: string;
  /** As far as the operation's environment tells: git's author, the CI system, how the engine was run. */
  readonly by: { readonly author?: string; readonly ci?: string; readonly execution?: string };
}

/** An alarm of the stack. */
export interface AlarmState {
  readonly name: string;
  /** As CloudWatch says it, or `missing` where it has no such alarm. */
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA" | "missing";
  readonly reason?: string;
}

/** An access key of Snowflake's user. */
export interface KeyStatus {
  readonly id: string;
  readonly status: LiveKey["status"];
  readonly ageDays: number;
  /** ISO 8601; absent: never. */
  readonly lastUsed?: string;
  readonly problems: readonly string[];
}

/** What to do next, and why. */
export interface NextAction {
  readonly reason: string;
  /** A command, or what else to do. */
  readonly action: string;
  /** Settings to fill in first. */
  readonly settings?: readonly string[];
}

/** How a stack is. */
export interface StatusReport {
  readonly stack: string;
  /** By the settings. */
  readonly phase: Phase;
  /** By the last update, if there was one. */
  readonly deployedPhase?: string;
  readonly next: NextAction;
  readonly lastUpdate: Finding<LastUpdate>;
  readonly pending: Finding<readonly PendingOperation[]>;
  readonly drift: Finding<readonly Change[]>;
  readonly alarms: Finding<readonly AlarmState[]>;
  readonly accessKeys: Finding<readonly KeyStatus[]>;
  readonly exports: Finding<readonly ExportStatus[]>;
}

/** Whether Braintrust exports each stream. */
export function judgeExports(stack: string, details: readonly ExportStatus[]): StatusReport["exports"] {
  // What needs an action stands before what a long list leaves out.
  const order = ["missing", "paused", "active"] as const;
  const words = order.flatMap((wanted) => {
    const found = details.filter(({ status }) => status === wanted);
    return listed(
      found.map(({ stream, intervalSeconds }) =>
        wanted === "active" ? `${stream} active, every ${intervalSeconds} s` : `${stream} ${wanted}`,
      ),
    );
  });
  const evidence = words.filter((text) => text !== "").join(", ");
  const lacking = (status: ExportStatus["status"]) => details.some((each) => each.status === status);
  const braintrust = commandLine("braintrust", stack);
  if (lacking("missing")) return { verdict: "fail", evidence, fix: `${braintrust} --project NAME`, details };
  if (lacking("paused"))
    return { verdict: "fail", evidence, fix: `${braintrust} --project NAME --resume`, details };
  return { verdict: "ok", evidence, details };
}

/** How the last update ended. */
export function judgeUpdate(stack: string, update: UpdateSummary | undefined): StatusReport["lastUpdate"] {
  const up = commandLine("up", stack);
  if (update === undefined) return { verdict: "fail", evidence: "never deployed", fix: up };
  const details = lastUpdateOf(update);
  const { kind, result, started, ended, message, by } = details;
  const who = [by.author, by.ci, by.execution && `by ${by.execution}`].filter(Boolean).join(", ");
  const evidence = [
    `${kind} ${result}`,
    ended ?? `since ${started}`,
    ...(who === "" ? [] : [who]),
    ...(message === undefined ? [] : [JSON.stringify(message)]),
  ].join(", ");
  if (result === "succeeded") return { verdict: "ok", evidence, details };
  const fix =
    result === "in-progress"
      ? `wait for it; ${commandLine("recover", stack)} tells whether it has died`
      : `${up} resumes`;
  return { verdict: "fail", evidence, fix, details };
}

/** What an interrupted update left unfinished. */
export function judgePending(
  stack: string,
  operations: readonly PendingOperation[],
): StatusReport["pending"] {
  const pending = operations.map(({ urn, operation }) => ({ urn, operation }));
  if (pending.length === 0) return { verdict: "ok", evidence: "none", details: pending };
  const evidence = listed(pending.map(({ operation, urn }) => `${operation} ${urn}`));
  const fix = `unless an update is running, ${commandLine("recover", stack)} shows what became of them, and ${commandLine("up", stack)} repairs it`;
  return { verdict: "fail", evidence, fix, details: pending };
}

/** What in AWS differs from the state. */
export function judgeDrift(stack: string, changes: readonly Change[]): StatusReport["drift"] {
  if (changes.length === 0) return { verdict: "ok", evidence: "none", details: changes };
  const names = changes.slice(0, 5).map(({ urn, properties }) => {
    return properties.length > 0 ? `${nameOf(urn)} (${properties.join(", ")})` : nameOf(urn);
  });
  const more = changes.length > names.length ? ", ..." : "";
  const fix = `${commandLine("up", stack, " --refresh")} restores the settings; ${commandLine("refresh", stack)} keeps the change in the state`;
  return {
    verdict: "fail",
    evidence: `${summarize(changes)}: ${names.join(", ")}${more}`,
    fix,
    details: changes,
  };
}

/** Which alarms fire. */
export function judgeAlarms(alarms: readonly AlarmState[]): StatusReport["alarms"] {
  if (alarms.length === 0) return { verdict: "ok", evidence: "the stack has no alarms", details: alarms };
  const bad = alarms.filter(({ state }) => state === "ALARM" || state === "missing");
  if (bad.length === 0) return { verdict: "ok", evidence: `none of ${alarms.length} fires`, details: alarms };
  const evidence = listed(
    bad.map(({ name, state, reason }) => `${name} ${state}${reason ? ` (${reason})` : ""}`),
  );
  return { verdict: "fail", evidence, fix: "look into what the alarms name", details: alarms };
}

/** Most days that a key may be old (Security Hub IAM.3), and least days after which an unused one has to go (IAM.22). */
const OLDEST_DAYS = 90;
const UNUSED_DAYS = 45;

/** Access keys of Snowflake's user: their age and use. */
export function judgeKeys(stack: string, keys: readonly LiveKey[], now: Date): StatusReport["accessKeys"] {
  const details = keys.map((key) => keyStatus(key, now));
  const unfinished = details.length > 1 ? ["two keys: a rotation is in progress"] : [];
  const evidence = [
    ...details.map(({ id, status, ageDays, lastUsed, problems }) => {
      const used = lastUsed === undefined ? "never used" : `last used ${lastUsed}`;
      return [`${id} ${status}, ${ageDays} days old, ${used}`, ...problems].join(": ");
    }),
    ...unfinished,
  ].join("; ");
  const faulty = unfinished.length > 0 || details.some(({ problems }) => problems.length > 0);
  if (!faulty && keys.length > 0) return { verdict: "ok", evidence, details };
  if (keys.length === 0) {
    const fix = commandLine("up", stack, " --refresh");
    return { verdict: "fail", evidence: "the user has none: Snowflake cannot read", fix, details };
  }
  const worn = unfinished.length > 0 || keys.some((key) => isOld(key, now));
  const fix = worn
    ? commandLine("rotate-keys", stack)
    : `${commandLine("sql", stack, " --part check")}, run in Snowflake, uses it; if nobody needs it, let Snowflake assume a role`;
  return { verdict: "fail", evidence, fix, details };
}

/** The first thing to do, from what was found. */
export function nextAction(
  settings: Settings,
  findings: Omit<StatusReport, "stack" | "phase" | "next">,
): NextAction {
  const { stack } = settings;
  const { lastUpdate, pending, drift, alarms, accessKeys, exports, deployedPhase } = findings;
  const failed = ({ verdict, evidence, fix }: Finding<unknown>, what: string): NextAction[] =>
    verdict === "fail" && fix !== undefined ? [{ reason: `${what}: ${evidence}`, action: fix }] : [];
  const missing = fillIns(settings);
  const [first] = missing;
  const phase = phaseOf(settings);
  const toConnect = (ours: boolean): NextAction[] => {
    if (first === undefined || first.key.startsWith("braintrust.") !== ours) return [];
    const keys = missing.map(({ key }) => key).filter((key) => key.startsWith("braintrust.") === ours);
    const action = ours
      ? commandLine("braintrust", stack)
      : `${commandLine("sql", stack)} for Snowflake, then ${commandLine("connect", stack)} with its answers`;
    return [{ reason: `${first.message} (${first.fix})`, action, settings: keys }];
  };
  const [next] = [
    ...failed(pending, "pending operations"),
    ...failed(lastUpdate, "last update"),
    ...(deployedPhase === undefined || deployedPhase === phase
      ? []
      : [
          {
            reason: `deployed is ${deployedPhase}, the settings say ${phase}`,
            action: commandLine("up", stack),
          },
        ]),
    ...toConnect(true),
    ...toConnect(false),
    ...failed(accessKeys, "access keys"),
    ...failed(drift, "drift"),
    ...failed(alarms, "alarms"),
    ...failed(exports, "exports"),
  ];
  if (next !== undefined) return next;
  const untold = Object.entries({ drift, alarms, "access keys": accessKeys, exports }).flatMap(
    ([what, { verdict }]) => (verdict === "unknown" ? [what] : []),
  );
  const reason =
    untold.length === 0
      ? "no action needed"
      : `nothing else is known to be wrong; unknown: ${untold.join(", ")}`;
  return { reason, action: commandLine("verify", stack) };
}

function lastUpdateOf({ kind, result, startTime, endTime, message, environment }: UpdateSummary): LastUpdate {
  const name = environment["git.author"] ?? environment["git.committer"];
  const email = environment["git.author.email"] ?? environment["git.committer.email"];
  const author = name && email ? `${name} <${email}>` : (name ?? email);
  const ci = [environment["ci.system"], environment["ci.build.url"]].filter(Boolean).join(" ");
  const execution = environment["exec.kind"];
  const ended = timeOf(endTime);
  return {
    kind,
    result,
    started: timeOf(startTime) ?? "",
    ...(ended === undefined || result === "in-progress" ? {} : { ended }),
    ...(message ? { message } : {}),
    by: { ...(author ? { author } : {}), ...(ci ? { ci } : {}), ...(execution ? { execution } : {}) },
  };
}

function timeOf(date: Date | undefined): string | undefined {
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function isOld({ status, created }: LiveKey, now: Date): boolean {
  return status === "Active" && daysBetween(created, now) > OLDEST_DAYS;
}

function keyStatus(key: LiveKey, now: Date): KeyStatus {
  const { id, status, created, lastUsed } = key;
  const unused = daysBetween(lastUsed ?? created, now);
  const idle = status === "Active" && unused >= UNUSED_DAYS;
  const problems = [
    ...(isOld(key, now) ? [`older than ${OLDEST_DAYS} days (IAM.3)`] : []),
    ...(idle ? [`unused for ${Math.floor(unused)} days (IAM.22)`] : []),
  ];
  return {
    id,
    status,
    ageDays: Math.floor(daysBetween(created, now)),
    lastUsed: lastUsed?.toISOString(),
    problems,
  };
}

function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 86_400_000;
}
