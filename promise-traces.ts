import * as sdk from "@pulumi/pulumi/runtime/debuggable";

/** What keeps track of the SDK's promises. */
const debuggable = sdk as unknown as {
  debuggablePromise(promise: Promise<unknown>, context?: unknown): Promise<unknown>;
  readonly debugPromiseLeaks: boolean;
};

/**
 * The SDK takes a stack trace with every promise, to show it with PULUMI_DEBUG_PROMISE_LEAKS for those that are never settled:
 * a third of an evaluation's time. Without that variable it takes none here; every other error keeps its trace.
 */
function leaveOutTraces(): void {
  const { debuggablePromise, debugPromiseLeaks } = debuggable;
  if (debugPromiseLeaks) return;
  debuggable.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

leaveOutTraces();
