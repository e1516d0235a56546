import { randomUUID } from "node:crypto";
import { PipelineError } from "../errors";
import { snowflakeSql } from "../snowflake/sql/sql";
import type { ProgressListener } from "../terminal/progress";
import { accessChecks } from "./access/access-checks";
import { findCaller } from "./caller";
import { type Check, type CheckResult, skip } from "./check";
import type { Aws } from "./clients";
import { configurationChecks } from "./configuration/configuration-checks";
import { DataPath, removalNeeds } from "./data/data-path";
import { dataPathChecks } from "./data/data-path-checks";
import { freshnessChecks } from "./freshness/freshness-checks";
import { type Report, summarize, withoutSecrets } from "./report";
import { resultOf, runChecks } from "./runner";
import type { Subject } from "./subject";

/** How a verification goes about its work. */
export interface VerifyOptions {
  /** Ctrl-C: what has not answered is skipped, and what was put is removed all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Texts that must not be in the report, in addition to those found on the way. */
  readonly secrets?: readonly string[];
  /** What time it is, in milliseconds. @default the machine's clock */
  readonly now?: () => number;
  /** Milliseconds until AWS counts as out of reach. @default 10 000 */
  readonly timeoutMs?: number;
  readonly onProgress?: ProgressListener | undefined;
}

/** Milliseconds for all checks, and for each stream beside that: of a thousand, each is listed. */
const LIMIT_MS = 60_000;
const LIMIT_OF_STREAM_MS = 200;

/**
 * Proves a deployed pipeline: its configuration, who may do what, the data path and its freshness. Changes nothing but
 * for the probes, which it removes. Answers in about a minute even where AWS does not.
 */
export async function verifyPipeline(
  subject: Subject,
  aws: Aws,
  { signal, secrets = [], now = Date.now, timeoutMs, onProgress }: VerifyOptions = {},
): Promise<Report> {
  const { arn: caller, check } = await findCaller(aws, subject, { signal, timeoutMs });
  const hidden = new Set(secrets);
  const path = new DataPath(subject, aws, randomUUID(), hidden);
  const checks = checksOf(subject, aws, path, now);
  const totalMs = LIMIT_MS + LIMIT_OF_STREAM_MS * subject.settings.streams.length;
  const results =
    check.verdict === "pass"
      ? [...(await runChecks(checks, { caller, signal, totalMs, onProgress })), ...(await removal(path))]
      : checks.map((each) => resultOf(each, skip(`skipped: see ${check.id}`)));
  const shown = withoutSecrets([check, ...inOrder(results)], hidden);
  return { stack: subject.stack, caller, checks: shown, summary: summarize(shown), ...leftToProve(subject) };
}

/** Every check of a stack but the removal of its probes. */
export function checksOf(subject: Subject, aws: Aws, path: DataPath, now: () => number): Check[] {
  return [
    ...configurationChecks(subject, aws, now),
    ...accessChecks(subject, aws),
    ...dataPathChecks(path),
    ...freshnessChecks(subject, aws, now),
  ];
}

async function removal(path: DataPath): Promise<CheckResult[]> {
  const verdict = await path.probes.remove();
  if (verdict === undefined) return [];
  const title = "The verification leaves nothing behind";
  return [{ id: "data/probes-removed", title, ...verdict, needs: removalNeeds }];
}

/** The removal belongs to the data path, though it comes last. */
function inOrder(results: readonly CheckResult[]): CheckResult[] {
  const isFresh = ({ id }: CheckResult) => id.startsWith("fresh/");
  return [...results.filter((result) => !isFresh(result)), ...results.filter(isFresh)];
}

/** A stack that is not connected yet may lack what a statement needs. */
function leftToProve({ outputs }: Subject): { snowflakeSql?: string } {
  try {
    return { snowflakeSql: snowflakeSql(outputs, "check") };
  } catch (error) {
    if (error instanceof PipelineError) return {};
    throw error;
  }
}
