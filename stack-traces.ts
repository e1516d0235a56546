/**
 * Leaves errors that say nothing without a stack trace, until the function returned is called. The SDK makes such an error
 * with every promise (see promise-traces.ts), and shows it with PULUMI_DEBUG_PROMISE_LEAKS alone. Every other error keeps its trace, in which this project's own lines are mapped.
 *
 * Those of packages are not. The SDK's source maps name its files as if they were packages, `node_modules/@pulumi/output.ts`,
 * and over such a line `util.inspect`, by which Pulumi's Node host prints an error, fills its memory for minutes
 * (markNodeModules in Node's lib/internal/util/inspect.js).
 */
export function traceOnlyMessages(): () => void {
  const { prepareStackTrace } = Error;
  const map = prepareStackTrace ?? untranslated;
  Error.prepareStackTrace = (error, frames) => {
    if (error.message === "" && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) return String(error);
    const heading: string = map(error, []);
    const lines = frames.map((frame) =>
      isPackages(frame) ? untranslated("", [frame]) : map(error, [frame]).slice(heading.length),
    );
    return heading + lines.join("");
  };
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}

function isPackages(frame: NodeJS.CallSite): boolean {
  return /[\\/]node_modules[\\/]/.test(frame.getFileName() ?? "");
}

/** As Node itself formats a trace. */
function untranslated(error: Error | string, frames: readonly NodeJS.CallSite[]): string {
  return [error, ...frames.map((frame) => `    at ${frame}`)].join("\n");
}
