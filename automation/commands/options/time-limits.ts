import type { DeploymentOptions } from "../../deploy/deployment-options";
import { UsageError } from "../../errors";

/** How long a command that changes something may take, in minutes. */
export interface TimeLimitOptions {
  /** Until it is cancelled. @default 60 */
  readonly timeout?: number;
  /** For another update that has the stack lock. @default 0 */
  readonly wait?: number;
}

const MINUTE_MS = 60_000;
/** The longest that a timer can be set for, rounded: a day. */
const MOST_MINUTES = 24 * 60;

/** @throws UsageError for what is no number of minutes. */
export function timeLimits({
  timeout,
  wait,
}: TimeLimitOptions): Pick<DeploymentOptions, "timeoutMs" | "waitMs"> {
  return {
    ...(timeout === undefined ? {} : { timeoutMs: minutes("--timeout", timeout) }),
    ...(wait === undefined ? {} : { waitMs: minutes("--wait", wait, 0) }),
  };
}

/** @param least without it, the number must be more than 0. */
function minutes(option: string, value: number, least?: number): number {
  if (!((least === undefined ? value > 0 : value >= least) && value <= MOST_MINUTES)) {
    const from = least === undefined ? "more than 0" : `${least} or more`;
    throw new UsageError(`${option} ${value}: must be a number of minutes, ${from}, at most ${MOST_MINUTES}`);
  }
  return value * MINUTE_MS;
}
