import { formatProblem, showValue } from "../components/settings/problems";
import { messageOf, PipelineError, UsageError } from "./errors";

/** A file or a folder that somebody has named. */
export interface NamedPath {
  /** What names it: an option, a variable of the environment, the file itself. */
  readonly key: string;
  /** The path as it was given. */
  readonly value: string;
  readonly fix: string;
}

/** Codes of errno(3) that speak of the path; others, as EMFILE, EIO or ENOSPC, speak of the machine. */
const rules = new Map([
  ["ENOENT", "must exist"],
  ["EACCES", "must be accessible to this user"],
  ["EPERM", "must be accessible to this user"],
  ["EROFS", "must be on a writable file system"],
  ["EISDIR", "must be a file, not a folder"],
  ["EEXIST", "must be a folder, not a file"],
  ["ENOTDIR", "must not use a file as a folder"],
  ["ELOOP", "must not be a loop of symbolic links"],
  ["ENAMETOOLONG", "must be no longer than the file system allows"],
]);

/**
 * What a failed access to a path comes to.
 *
 * @returns a UsageError where the path is the cause; a PipelineError where the machine is.
 */
export function pathError(error: unknown, { key, value, fix }: NamedPath): UsageError | PipelineError {
  const { code = "" } = error as NodeJS.ErrnoException;
  const rule = rules.get(code);
  if (rule !== undefined)
    return new UsageError(formatProblem({ key, value: showValue(value), rule, fix }), { cause: error });
  return new PipelineError(`${key} = ${showValue(value)} cannot be used: ${messageOf(error)}`, {
    cause: error,
  });
}

/** The file that `--output` names. */
export function outputFile(value: string): NamedPath {
  return { key: "--output", value, fix: "name a file in a folder that you can write to" };
}

/**
 * Does something with the file or folder that is named.
 *
 * @throws what {@link pathError} makes of a failure, and a UsageError as it is.
 */
export async function atPath(what: NamedPath, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof UsageError ? error : pathError(error, what);
  }
}
