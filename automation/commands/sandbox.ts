import { runSandbox } from "../sandbox/sandbox";
import { note, print, withProgress } from "../terminal";
import { verifyStack } from "../verify/verify";

/** `sandbox`: the whole pipeline against an AWS emulator on this machine. */
export async function sandbox(options: {
  readonly stack: string;
  readonly endpoint?: string;
  readonly keep?: boolean;
}): Promise<void> {
  await withProgress(async ({ onProgress, signal }) => {
    const kept = await runSandbox({
      ...options,
      onProgress,
      signal,
      onShown: (step, seen) => print(`${step.padEnd(8)} ${seen}`),
      verify: verifyStack,
    });
    if (kept === undefined) return;
    note(`kept: emulator ${kept.endpoint}, project ${kept.workDir}; Ctrl-C ends it`);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await kept.stop();
  });
}
