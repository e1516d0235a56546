/**
 * Leaves errors that say nothing without a stack trace, until the function returned is called. The SDK makes such an error
 * with every promise and reads its trace at once (runtime/debuggable.js of @pulumi/pulumi): mapping these to TypeScript would
 * take most of an evaluation's time. Every other error keeps its trace.
 */
export function traceOnlyMessages(): () => void {
  const { prepareStackTrace } = Error;
  const format = prepareStackTrace ?? untranslated;
  Error.prepareStackTrace = (error, frames) => (error.message === "" ? String(error) : format(error, frames));
  return () => {
    Error.prepareStackTrace = prepareStackTrace;
  };
}

/** As Node itself formats a trace. */
function untranslated(error: Error, frames: readonly NodeJS.CallSite[]): string {
  return [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
}
