import type { Command } from "@commander-js/extra-typings";
import { commandLine } from "../command-line";
import { renderChanges } from "../engine/changes";
import { rotateKeys } from "../keys/rotate-keys";
import type { Wait } from "../keys/rotation-steps";
import { confirm, note, print, withProgress } from "../terminal/terminal";
import { numeric, type OptionsOf, onStack, SKIP_PREFLIGHT, TIMEOUT, WAIT, YES } from "./options/definitions";
import { noteEarlier } from "./options/earlier-forms";
import { timeLimits } from "./options/time-limits";

const options = (command: Command) =>
  onStack(command)
    .option(
      "--quiet-minutes <minutes>",
      "minutes for which the old key must be unused (default: 60)",
      numeric,
    )
    .option("--until-unused", "stay until the old key is unused (default: exit; a later run resumes)")
    .option("--wait [minutes]", WAIT)
    .option("--timeout <minutes>", TIMEOUT, numeric)
    .option("-y, --yes", YES)
    .option("--skip-preflight", SKIP_PREFLIGHT);

/** What `rotate-keys` is called with. */
export type RotateKeysCommandOptions = OptionsOf<typeof options>;

/** `rotate-keys` on the command line. */
export function defineRotateKeys(command: Command): void {
  options(command).action(rotateKeysCommand);
}

/** `rotate-keys`: replaces the access key of Snowflake's user, step by step. */
export async function rotateKeysCommand(options: RotateKeysCommandOptions): Promise<void> {
  const { stack, cwd, quietMinutes, wait, timeout, yes, skipPreflight } = options;
  if (wait === true) noteEarlier("--wait", "--until-unused");
  const limits = timeLimits({ timeout, wait: typeof wait === "string" ? Number(wait) : undefined });
  await withProgress(async (progress) => {
    const result = await rotateKeys({
      ...progress,
      stack,
      workDir: cwd,
      skipPreflight,
      quietMinutes,
      wait: options.untilUnused || wait === true,
      ...limits,
      agree: (changes) => {
        note(renderChanges(changes));
        return confirm(`Apply these changes to stack "${stack}"?`, yes);
      },
      onWait: (awaited) => print(handOverText(stack, awaited)),
    });
    if (result.kind === "done") print(`stack "${stack}": one access key, ${result.key}`);
    if (result.kind === "declined") note("nothing was changed");
  });
}

/** How Snowflake gets the new key, and what happens next; the secret itself is not in it. */
export function handOverText(stack: string, { oldKey, newKey, until, handedOver }: Wait): string {
  const used = (key: typeof oldKey) =>
    key.lastUsed === undefined ? "never used" : `last used ${time(key.lastUsed)}`;
  const lines = [
    `Both keys are active: ${oldKey.id} (old, ${used(oldKey)}) and ${newKey.id} (new, ${used(newKey)}).`,
  ];
  if (!handedOver) {
    lines.push(
      "Hand the new key over to Snowflake:",
      "",
      `  ${commandLine("sql", stack, " --part objects --reveal-secrets --output objects.sql")}`,
      `  ${commandLine("sql", stack, " --part check --output check.sql")}`,
      "  snow sql -f objects.sql",
      "  snow sql -f check.sql",
      "",
      "objects.sql holds the key, for you alone to read: delete it afterwards.",
      "The check lists the stages, which uses the new key: the old one stays until somebody has used the new one.",
    );
  }
  lines.push(
    `The old key is turned off and deleted by \`${commandLine("rotate-keys", stack)}\`, ` +
      `from ${time(until)} if it stays unused until then.`,
  );
  return lines.join("\n");
}

function time(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
