import { isDebugging } from "../debug";
import { chosenStacks, forStacks, worstOf } from "../deploy/stacks";
import { errorReport } from "../error-report";
import { messageOf } from "../errors";
import { status } from "../status/status";
import type { StatusReport } from "../status/status-report";
import { standardLook } from "../terminal/colors";
import { marks, oneLine } from "../terminal/finding-lines";
import { type Cell, type Look, table } from "../terminal/layout";
import { note, print, printJson, withProgress } from "../terminal/terminal";
import type { StacksCommandOptions } from "./options/on-stacks";

/** What `status` takes. */
export interface StatusCommandOptions extends Omit<StacksCommandOptions, "yes"> {
  readonly json?: boolean;
  readonly drift?: boolean;
  readonly apiUrl?: string;
}

/** How one of several stacks is, or why that is not known. */
export type StackStatus = StatusReport | { readonly stack: string; readonly error: string };

/**
 * `status` of several stacks in one table, or one JSON: a list with a report for each stack.
 *
 * @throws after printing, where some stacks could not be read.
 */
export async function statusOfSeveral(options: StatusCommandOptions): Promise<void> {
  const { cwd, json, drift, apiUrl, parallel } = options;
  const stacks = await chosenStacks(options, cwd);
  await withProgress(async ({ signal }) => {
    const found = new Map<string, StackStatus>();
    const outcomes = await forStacks(
      { stacks, parallel, signal, afterFailure: "continue" },
      async (stack) => {
        found.set(stack, await status({ signal, stack, workDir: cwd, drift, apiUrl }));
        return "read";
      },
    );
    for (const { stack, error } of outcomes) {
      if (error === undefined) continue;
      note(`${stack}: ${errorReport(error, isDebugging())}`);
      found.set(stack, { stack, error: messageOf(error) });
    }
    const all = stacks.map((stack) => found.get(stack) ?? { stack, error: "not begun" });
    if (json) printJson(all);
    else print(statusTable(all, standardLook()));
    const worst = worstOf(outcomes);
    if (worst !== undefined) throw worst;
  });
}

const header = ["stack", "phase", "update", "pending", "drift", "alarms", "keys", "exports", "next"];

/** A line for each stack, with its next action. */
export function statusTable(all: readonly StackStatus[], look: Look): string {
  const rows = all.map((one): Cell[] => {
    if ("error" in one) {
      const nothing = Array.from({ length: header.length - 3 }, () => ({ text: "" }));
      return [
        { text: one.stack },
        { text: "not read", style: "red" },
        ...nothing,
        { text: oneLine(one.error) },
      ];
    }
    const { stack, phase, lastUpdate, pending, drift, alarms, accessKeys, exports, next } = one;
    const findings = [lastUpdate, pending, drift, alarms, accessKeys, exports];
    const verdicts = findings.map(({ verdict }) => ({ ...marks[verdict], text: marks[verdict].text.trim() }));
    return [{ text: stack }, { text: phase }, ...verdicts, { text: next.action }];
  });
  return table([header.map((text): Cell => ({ text, style: "bold" })), ...rows], look).join("\n");
}
