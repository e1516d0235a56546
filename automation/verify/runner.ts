import { deniedAction, errorLine, isDenied } from "../aws/aws-errors";
import { throwMistake } from "../errors";
import type { ProgressListener } from "../terminal/progress";
import { type Check, type CheckResult, fail, Skipped, skip, unanswered, type Verdict } from "./check";

/** How a run goes about its checks. */
export interface RunOptions {
  /** Who asks, to name whom a right must be granted to. */
  readonly caller: string;
  /** Ctrl-C: checks that have not answered are skipped. */
  readonly signal?: AbortSignal | undefined;
  /** Checks in progress at a time: IAM throttles simulations. @default 8 */
  readonly concurrency?: number;
  /** Milliseconds that one check may take. @default 20 000 */
  readonly timeoutMs?: number;
  /** Milliseconds that all of them may take: what has not been asked by then is skipped. @default 60 000 */
  readonly totalMs?: number;
  readonly onProgress?: ProgressListener | undefined;
}

/** Runs every check and answers in the order given. Nothing is thrown: errors are verdicts. */
export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<CheckResult[]> {
  const results: CheckResult[] = new Array(checks.length);
  const waiting = checks.entries();
  const end = Date.now() + (options.totalMs ?? 60_000);
  let done = 0;
  const report = (state: "started" | "done", { id }: Check) =>
    options.onProgress?.({
      kind: "step",
      state,
      done,
      total: checks.length,
      operation: "check",
      resource: id,
      brief: true,
    });
  const work = async () => {
    for (const [index, check] of waiting) {
      report("started", check);
      results[index] = resultOf(check, await verdictOf(check, options, end));
      done += 1;
      report("done", check);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 8 }, work));
  return results;
}

/** A check with its verdict. */
export function resultOf({ id, title, needs }: Check, verdict: Verdict): CheckResult {
  return { id, title, ...verdict, needs: [...new Set(needs)] };
}

async function verdictOf(check: Check, options: RunOptions, end: number): Promise<Verdict> {
  const interrupted = options.signal ?? new AbortController().signal;
  if (interrupted.aborted) return unanswered("interrupted before it was asked");
  const left = end - Date.now();
  if (left <= 0) return unanswered("skipped: time limit reached", "fix the checks that had no answer");
  const timeoutMs = Math.min(check.timeoutMs ?? options.timeoutMs ?? 20_000, left);
  const controller = new AbortController();
  let stop: (verdict: Verdict) => void = () => undefined;
  const stopped = new Promise<Verdict>((resolve) => {
    stop = (verdict) => {
      controller.abort();
      resolve(verdict);
    };
  });
  const late = fail(
    `no answer within ${Number((timeoutMs / 1000).toPrecision(2))} s`,
    "check the network and the endpoint, and run it again",
  );
  const timer = setTimeout(() => stop(late), timeoutMs);
  const onInterrupt = () => stop(unanswered("interrupted before it was answered"));
  interrupted.addEventListener("abort", onInterrupt, { once: true });
  try {
    return await Promise.race([answer(check, controller.signal, options.caller), stopped]);
  } finally {
    clearTimeout(timer);
    interrupted.removeEventListener("abort", onInterrupt);
  }
}

async function answer(check: Check, signal: AbortSignal, caller: string): Promise<Verdict> {
  try {
    return await check.run({ signal });
  } catch (error) {
    if (error instanceof Skipped) return skip(error.message, error.fix);
    throwMistake(error);
    if (isDenied(error)) {
      const all = [...new Set(check.needs)].join(", ");
      const action = deniedAction(error) ?? all;
      const alsoNeeded = action === all || all === "" ? "" : `; the whole check needs ${all}`;
      return unanswered(`skipped: ${action} was refused`, `grant ${action} to ${caller}${alsoNeeded}`);
    }
    return fail(`could not be checked: ${errorLine(error)}`, "remove the cause and run it again");
  }
}
