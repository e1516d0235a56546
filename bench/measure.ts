import { readFileSync } from "node:fs";

/** Why a figure is missing. */
export interface NotMeasured {
  readonly notMeasured: string;
}

/** What `work` returns, and the milliseconds until it does. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly ms: number; readonly result: Result }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

/** The middle one, or the upper of two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * The most memory that this process has had, in MB. On Linux `maxRSS` begins with what the process that started this one had
 * (man7.org/linux/man-pages/man2/getrusage.2.html), and so it is read elsewhere there.
 */
export function peakMemoryMb(): number {
  const kilobytes =
    process.platform === "linux"
      ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]
      : undefined;
  return Number(kilobytes ?? process.resourceUsage().maxRSS) / 1024;
}
