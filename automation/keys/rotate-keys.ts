import { setTimeout as delay } from "node:timers/promises";
import { commandLine } from "../command-line";
import { Deployment } from "../deploy/deployment";
import type { DeploymentOptions } from "../deploy/deployment-options";
import type { Change } from "../engine/changes";
import { readState } from "../engine/state/state";
import { PipelineError, UsageError } from "../errors";
import { editStackFile, readStackFile, settingChange, settingsOf } from "../project/stack-file";
import { type KeyService, keyService, userOf } from "./access-keys";
import { type KeyUsage, type RotationIo, type RotationResult, rotate, type Wait } from "./rotation-steps";

/** Which stack, and how long a rotation waits. */
export interface RotateKeysOptions extends Omit<DeploymentOptions, "create"> {
  /**
   * Minutes for which the old key has to be unused before it is turned off.
   * @default 60, for which Snowflake may keep credentials
   */
  readonly quietMinutes?: number | undefined;
  /** Stays until the old key is unused. @default it says until when, and a later run resumes */
  readonly wait?: boolean | undefined;
  /** Asked before each update. @default every update is made */
  readonly agree?: ((changes: readonly Change[]) => Promise<boolean>) | undefined;
  /** Called when both keys are active, and where the new one is: time to hand it over. */
  readonly onWait?: ((wait: Wait, secretArn: string) => void) | undefined;
  /** @default AWS, as the stack's provider reaches it */
  readonly keys?: KeyService | undefined;
}

/**
 * Replaces the access key of Snowflake's user: makes a new one and puts it in the secret; once Snowflake uses it and
 * nobody the old one, turns the old one off and deletes it. Interrupted anywhere, the next run resumes.
 *
 * @throws UsageError for a stack whose Snowflake reads by a role, which has no keys.
 * @throws PipelineError, AwsCallError or StackBusyError, after which it can be run again.
 */
export async function rotateKeys(options: RotateKeysOptions): Promise<RotationResult> {
  const { stack, workDir, signal, quietMinutes = 60, wait = false } = options;
  if (!(Number.isFinite(quietMinutes) && quietMinutes >= 0)) {
    throw new UsageError(
      `--quiet-minutes ${quietMinutes}: must be a number of minutes, 0 or more; write it like 60`,
    );
  }
  const file = await readStackFile(stack, workDir);
  if (settingsOf(file).snowflake.access === "role") {
    throw new UsageError(
      `snowflake.access of stack "${stack}" is role: Snowflake assumes a role there, and there are no keys to rotate`,
    );
  }
  const deployment = await Deployment.open(options);
  await deployment.checkWriter();
  const keys = options.keys ?? (await keyService(file));
  let secretArn = "";

  const io: RotationIo = {
    readKeys: async () => settingsOf(await readStackFile(stack, workDir)).snowflake.accessKeys,
    writeKeys: (generations) =>
      editStackFile(stack, [settingChange(["snowflake", "accessKeys"], generations)], workDir),
    async readUsage() {
      const user = userOf(await readState(deployment.open.stack));
      if (user?.secretArn === undefined) {
        throw new PipelineError(`stack "${stack}" has no key yet: run \`${commandLine("up", stack)}\` first`);
      }
      secretArn = user.secretArn;
      const [live, keyInSecret] = await Promise.all([keys.keys(user.userName), keys.keyInSecret(secretArn)]);
      return usageOf(user.generations, live, keyInSecret);
    },
    async deploy(refresh) {
      const changes = await deployment.preview({ refresh });
      if (options.agree !== undefined && !(await options.agree(changes))) return false;
      await deployment.up({ refresh }, changes);
      return true;
    },
    note: (message) => options.onProgress?.({ kind: "note", message }),
    onWait: (awaited) => options.onWait?.(awaited, secretArn),
    now: () => new Date(),
    sleep: (milliseconds) => sleep(milliseconds, signal),
  };
  return rotate(io, { quietMinutes, wait });
}

/** Brings together which key is which generation, by the state, and what AWS has. */
export function usageOf(
  generations: ReadonlyMap<string, string>,
  live: readonly Awaited<ReturnType<KeyService["keys"]>>[number][],
  keyInSecret: string | undefined,
): KeyUsage & { readonly unmanaged: readonly string[] } {
  const entries = [...generations];
  const known = new Set(generations.values());
  return {
    generations: new Map(entries.map(([name, id]) => [name, live.find((key) => key.id === id) ?? "gone"])),
    inSecret: entries.find(([, id]) => id === keyInSecret)?.[0],
    unmanaged: live.map(({ id }) => id).filter((id) => !known.has(id)),
  };
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    throw new PipelineError("cancelled while waiting: both keys are active, and the same command resumes");
  }
}
