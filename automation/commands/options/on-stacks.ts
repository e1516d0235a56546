import { isDebugging } from "../../debug";
import { chosenStacks, forStacks, renderOutcomes, worstOf } from "../../deploy/stacks";
import { errorReport } from "../../error-report";
import { UsageError } from "../../errors";
import { type ProgressListener, progressPrinter } from "../../terminal/progress";
import { confirm, note, print, withProgress } from "../../terminal/terminal";

/** Which stacks a command is for. */
export interface StacksCommandOptions {
  readonly stack?: string;
  /** Names by comma, in the order of promotion. */
  readonly stacks?: string;
  /** Every stack that has settings, in order of name. */
  readonly all?: boolean;
  /** How many at the same time. @default 1 */
  readonly parallel?: number;
  /** Begins the rest also where one fails. @default none begins after that */
  readonly keepGoing?: boolean;
  readonly cwd?: string;
  /** Answers the question before each change. */
  readonly yes?: boolean;
}

/** Where the work on one stack speaks and asks. */
export interface Voice {
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
  readonly print: (text: string) => void;
  readonly confirm: (question: string) => Promise<boolean>;
}

/**
 * Does a command's work on the stacks that it names: on one as it is; on several with each line named after its stack, and a
 * summary at the end.
 *
 * @param work returns what it did, `undefined` where its question was answered with no.
 * @throws what the work on one stack throws; of several, an error for the worst of them.
 */
export async function onStacks(
  options: StacksCommandOptions,
  work: (stack: string, voice: Voice) => Promise<string | undefined>,
): Promise<void> {
  const { cwd, yes, parallel, keepGoing } = options;
  const stacks = await chosenStacks(options, cwd);
  const ask = (question: string) => confirm(question, yes);
  await withProgress(async (progress) => {
    if (options.stack !== undefined) {
      if (parallel !== undefined) throw new UsageError("--parallel is for --stacks and --all");
      if (keepGoing) throw new UsageError("--keep-going is for --stacks and --all");
      await work(options.stack, { ...progress, note, print, confirm: ask });
      return;
    }
    const width = Math.max(...stacks.map((stack) => stack.length));
    const afterFailure = keepGoing ? "continue" : "stop";
    const chosen = { stacks, parallel, afterFailure, signal: progress.signal } as const;
    const outcomes = await forStacks(chosen, async (stack) => {
      const named = prefixer(stack.padEnd(width));
      const say = (text: string) => note(named(text));
      const confirmed = async (question: string) => {
        if (!yes && (parallel ?? 1) > 1) {
          throw new UsageError(
            `${question} With --parallel no question can be answered per stack; pass --yes`,
          );
        }
        return ask(question);
      };
      const onProgress = progressPrinter({ write: say });
      const voice = { onProgress, signal: progress.signal, note: say, confirm: confirmed };
      try {
        return await work(stack, { ...voice, print: (text) => print(named(text)) });
      } catch (error) {
        say(errorReport(error, isDebugging()));
        throw error;
      }
    });
    print(renderOutcomes(outcomes));
    const worst = worstOf(outcomes);
    if (worst !== undefined) throw worst;
  });
}

/** Puts a stack's name before each line. */
export function prefixer(name: string): (text: string) => string {
  return (text) => text.trimEnd().replaceAll(/^/gm, `${name} | `);
}
