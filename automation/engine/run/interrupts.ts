/** When an operation of the engine is to be stopped, and what happens to operations in progress. */
export interface StopRules {
  /** The caller's cancellation: the engine completes what is in progress and records it. Wait for the promise all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until an operation that has not ended is cancelled. @default 3 600 000 */
  readonly timeoutMs?: number | undefined;
  /**
   * Milliseconds that what is in progress has from then on. After them the engine ends without it, and its state says
   * what was in progress. @default 120 000
   */
  readonly graceMs?: number | undefined;
}

/** Stops the engine by the rules. */
export interface Interrupts {
  /** For the Automation API, which sends the engine an interrupt for each abort event. */
  readonly signal: AbortSignal;
  /** Whether the time was up. */
  readonly expired: boolean;
  /** Ends the engine at once, without what is in progress. */
  terminate(): void;
  /** Sends nothing any more. */
  stop(): void;
}

/** After how long a run of the engine is cancelled by default. */
export const TIMEOUT_MS = 60 * 60_000;
const GRACE_MS = 2 * 60_000;
const APART_MS = 200;

/** How long the engine has to receive the terminal's own Ctrl-C: a second interrupt would make it stop at once. */
const CTRL_C_MS = 1500;

/**
 * Sends the engine its interrupts: the first asks it to complete what is in progress, a second to end without that
 * (www.pulumi.com/docs/iac/cli/commands/pulumi_cancel and its handling of SIGINT).
 *
 * @param heard whether the engine knows already that it is to stop, as from the terminal itself.
 */
export function startInterrupts(
  { signal, timeoutMs = TIMEOUT_MS, graceMs = GRACE_MS }: StopRules,
  heard: () => boolean,
  onExpired: () => void,
): Interrupts {
  const controller = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let expired = false;
  const after = (ms: number, act: () => void) => timers.push(setTimeout(act, ms));
  const cancel = () => {
    if (!heard()) controller.abort();
  };
  const terminate = () => {
    // A signal aborts once, and its event can be sent again.
    controller.signal.dispatchEvent(new Event("abort"));
    after(graceMs, terminate);
  };
  const onAbort = () => after(CTRL_C_MS, cancel);
  signal?.addEventListener("abort", onAbort, { once: true });
  after(timeoutMs, () => {
    expired = true;
    onExpired();
    cancel();
    after(graceMs, terminate);
  });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    terminate() {
      controller.abort();
      // Two signals at once would count as one.
      after(APART_MS, terminate);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
