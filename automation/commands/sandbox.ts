import { once } from "node:events";
import type { Command } from "@commander-js/extra-typings";
import { commandLine } from "../command-line";
import { runSandbox } from "../sandbox/sandbox";
import { standardLook } from "../terminal/colors";
import { sentence } from "../terminal/layout";
import { note, print, withProgress } from "../terminal/terminal";
import { verifyStack } from "../verify/verify";

/** `sandbox` on the command line. */
export function defineSandbox(command: Command): void {
  command
    .option("-s, --stack <name>", "stack to create there", "sandbox")
    .option("--endpoint <url>", "use a running emulator; AWS_CA_BUNDLE is the path of its certificate")
    .option("--keep", "keep stack and emulator running until Ctrl-C")
    .action(sandbox);
}

/** `sandbox`: the whole pipeline against an AWS emulator on this machine. */
async function sandbox(options: {
  readonly stack: string;
  readonly endpoint?: string;
  readonly keep?: boolean;
}): Promise<void> {
  const look = { ...standardLook(), ...(!process.stdout.isTTY && { width: Number.POSITIVE_INFINITY }) };
  await withProgress(async ({ onProgress, signal }) => {
    const kept = await runSandbox({
      ...options,
      onProgress,
      signal,
      onShown: (step, seen) => print(sentence(0, 9, { text: `${step.padEnd(8)} ${seen}` }, look).join("\n")),
      verify: verifyStack,
    });
    if (kept === undefined) return;
    note(
      `kept: emulator ${kept.endpoint}, its certificate ${kept.caFile}, project ${kept.workDir}; Ctrl-C ends it\n` +
        `in another terminal: . ${kept.environmentFile} && ${commandLine("verify", options.stack, ` --cwd ${kept.workDir}`)}`,
    );
    await untilAborted(signal);
    await kept.stop();
  });
}

/** A listener alone would not keep the process from ending. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  const running = setInterval(() => undefined, 60_000);
  try {
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    clearInterval(running);
  }
}
