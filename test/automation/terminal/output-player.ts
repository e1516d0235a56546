import { setTimeout as sleep } from "node:timers/promises";
import { confirm, note, print, printJson, withProgress } from "../../../automation/terminal/terminal";

/** A name with which a line of progress would be longer than the terminal. */
const LONG = "日本語テキスト-long-name-".repeat(8);

const TIMEOUT_MS = 60_000;

/** Each kind of output, beside a line of progress that is being shown. */
const outputs: Readonly<Record<string, () => unknown>> = {
  "a result": () => print("RESULT"),
  "a result for programs": () => printJson({ answer: 42 }),
  "a note": () => note("NOTE"),
  "another's text to standard output": () => console.log("OTHER"),
  "another's text to standard error": () => console.error("OTHER ERROR"),
  "a warning of Node's": () => process.emitWarning("of Node"),
  "a text in parts": () => {
    process.stderr.write("PART, ");
    process.stderr.write("AND PART");
  },
  "a question": () => confirm("Continue?", undefined),
};

/** Waits for a resize or an interrupt; a listener alone would not keep the process from ending. */
async function untilTold(what: string, interrupted: AbortSignal): Promise<void> {
  const resized = new AbortController();
  process.stderr.once("resize", () => resized.abort());
  const signal = what === "resize" ? resized.signal : interrupted;
  await sleep(TIMEOUT_MS, undefined, { signal }).catch(() => undefined);
}

/** Plays all that a command may write, then waits for what its argument names. */
async function main(played: string | undefined): Promise<void> {
  await withProgress(async ({ onProgress, signal }) => {
    const step = (resource: string, done: number, state: "started" | "done" | "failed" = "started") =>
      onProgress({ kind: "step", state, done, total: 9, operation: "create", resource });
    for (const [name, output] of Object.entries(outputs)) {
      step(`${name} ${LONG}`, 1);
      await output();
      step(`${name} ${LONG}`, 2, "done");
      // Node writes its warnings a moment later, and so does who reads standard output.
      await sleep(100);
    }
    onProgress({ kind: "note", message: "PROGRESS NOTE" });
    step("failing", 3, "failed");
    onProgress({ kind: "diagnostic", severity: "warning", resource: "bucket", message: "DIAGNOSTIC" });
    step(`last ${LONG}`, 4);
    if (played !== undefined) await untilTold(played, signal);
  });
  note("END");
}

main(process.argv[2]).catch((error: unknown) => {
  note(String(error));
  process.exitCode = 1;
});
