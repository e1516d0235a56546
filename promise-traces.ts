import * as sdk from "@pulumi/pulumi/runtime/debuggable";
import * as sdkState from "@pulumi/pulumi/runtime/state";

type Tracked = Promise<unknown>;

/** What keeps track of the SDK's promises. */
const debuggable = sdk as unknown as {
  debuggablePromise(promise: Tracked, context?: unknown): Tracked;
  readonly debugPromiseLeaks: boolean;
};

/** Where it keeps those that are not settled, which a program must not leave behind. */
const { getStore } = sdkState as unknown as { getStore(): { readonly leakCandidates: Set<Tracked> } };

/**
 * The SDK takes a stack trace with every promise, to show it with PULUMI_DEBUG_PROMISE_LEAKS for those that are never settled:
 * a third of an evaluation's time. Without that variable it takes none here, and counts those promises as before; every other
 * error keeps its trace.
 */
function leaveOutTraces(): void {
  const { debuggablePromise, debugPromiseLeaks } = debuggable;
  if (debugPromiseLeaks) return;
  // With the first one the SDK sees to it that the process ends with what was counted.
  let isFirst = true;
  debuggable.debuggablePromise = (promise, context) => {
    if (isFirst) {
      isFirst = false;
      return debuggablePromise(promise, context);
    }
    const { leakCandidates } = getStore();
    leakCandidates.add(promise);
    return promise.then(
      (value) => {
        leakCandidates.delete(promise);
        return value;
      },
      (error) => {
        leakCandidates.delete(promise);
        error.promise = promise;
        throw error;
      },
    );
  };
}

leaveOutTraces();
