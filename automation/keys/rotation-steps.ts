import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../../components/settings/settings";
import { PipelineError, UsageError } from "../errors";
import type { LiveKey } from "./access-keys";

/** A generation of the access key, as the settings have it: oldest first, the last one in use. */
export type KeyGeneration = Settings["snowflake"]["accessKeys"][number];

/** What AWS has of the generations. */
export interface KeyUsage {
  /** Generation -> its key; `gone` where the stack made one that IAM no longer has. */
  readonly generations: ReadonlyMap<string, LiveKey | "gone">;
  /** Generation whose key is in the secret. */
  readonly inSecret?: string | undefined;
}

/** What stands between two active keys and one. */
export interface Wait {
  readonly oldKey: LiveKey;
  readonly newKey: LiveKey;
  /** When the old key will have been unused for long enough, if it stays so. */
  readonly until: Date;
  /** Whether somebody has used the new key: as long as nobody has, a quiet old key proves nothing. */
  readonly handedOver: boolean;
}

/** What a rotation does next. */
export type RotationStep =
  /** One active key, and AWS has it. */
  | { readonly kind: "settled"; readonly key: string }
  /** AWS does not have what the settings say. */
  | { readonly kind: "deploy"; readonly why: string; readonly refresh: boolean }
  | ({ readonly kind: "wait" } & Wait)
  /** The settings are to say this. */
  | { readonly kind: "set"; readonly keys: readonly KeyGeneration[]; readonly why: string };

/**
 * Decides from what is there, so that a rotation may be interrupted anywhere.
 *
 * @param keys the settings, checked: one or two generations, the last one active.
 * @param quietMinutes for which the old key has to be unused before it is turned off: Snowflake may keep credentials for
 * 60 minutes (docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration).
 */
export function nextRotationStep(
  keys: readonly KeyGeneration[],
  usage: KeyUsage,
  now: Date,
  quietMinutes: number,
): RotationStep {
  const current = keys.at(-1);
  if (current === undefined) throw new UsageError("snowflake.accessKeys is empty: it needs the key in use");
  const previous = keys.length > 1 ? keys[0] : undefined;
  const newKey = usage.generations.get(current.name);
  const ready = newKey !== undefined && newKey !== "gone" && newKey.status === "Active";
  const oldKey = previous && usage.generations.get(previous.name);
  if (ready && oldKey === "gone") {
    return { kind: "set", keys: [current], why: `${previous?.name} has been deleted in AWS` };
  }
  const why = outOfStep(keys, usage);
  if (why !== undefined) {
    const drifted = [...usage.generations.values()].includes("gone") || (newKey !== undefined && !ready);
    return { kind: "deploy", why, refresh: drifted };
  }
  if (!ready || previous === undefined || oldKey === undefined || oldKey === "gone") {
    return { kind: "settled", key: current.name };
  }
  if (previous.status === "Inactive") {
    return { kind: "set", keys: [current], why: `${previous.name} is off` };
  }
  const off = [{ ...previous, status: "Inactive" as const }, current];
  if (oldKey.status === "Inactive") {
    return { kind: "set", keys: off, why: `${previous.name} has been turned off in AWS` };
  }
  const quietSince = Math.max(newKey.created.getTime(), oldKey.lastUsed?.getTime() ?? 0);
  const until = new Date(quietSince + quietMinutes * 60_000);
  const handedOver = newKey.lastUsed !== undefined;
  if (!handedOver || now < until) return { kind: "wait", oldKey, newKey, until, handedOver };
  return { kind: "set", keys: off, why: `${previous.name} has been unused for ${quietMinutes} minutes` };
}

/** The settings with one more key, which becomes the one in use: `key-YYYYMMDD`, numbered where that is taken. */
export function withNewKey(
  keys: readonly KeyGeneration[],
  { generations }: KeyUsage,
  now: Date,
): KeyGeneration[] {
  const taken = new Set([...keys.map(({ name }) => name), ...generations.keys()]);
  const day = `key-${now.toISOString().slice(0, 10).replaceAll("-", "")}`;
  let name = day;
  for (let number = 2; taken.has(name); number += 1) name = `${day}-${number}`;
  return [...keys, { name, status: "Active" }];
}

/** What a rotation reads and does. */
export interface RotationIo {
  readKeys(): Promise<readonly KeyGeneration[]>;
  writeKeys(keys: readonly KeyGeneration[]): Promise<void>;
  /** @throws PipelineError where the stack has no user yet. */
  readUsage(): Promise<KeyUsage & { readonly unmanaged: readonly string[] }>;
  /** Brings AWS to what the settings say, with the live resources read first if asked; `false` where it was declined. */
  deploy(refresh: boolean): Promise<boolean>;
  note(message: string): void;
  /** Called once for each wait. */
  onWait(wait: Wait): void;
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** How a rotation ended. Running it again resumes there. */
export type RotationResult =
  | { readonly kind: "done"; readonly key: string }
  | ({ readonly kind: "waiting" } & Wait)
  | { readonly kind: "declined" };

/**
 * Resumes the rotation that is in progress, or begins one; ends with one active key, or where it has to wait.
 *
 * @throws PipelineError where the user has keys the stack did not make, or a deployment does not take.
 */
export async function rotate(
  io: RotationIo,
  { quietMinutes, wait }: { readonly quietMinutes: number; readonly wait: boolean },
): Promise<RotationResult> {
  let inProgress = false;
  let announced = false;
  /** Settings before this run wrote the ones not yet deployed. */
  let before: readonly KeyGeneration[] | undefined;
  let deployed: readonly KeyGeneration[] | undefined;
  let readings = 0;
  for (;;) {
    const keys = await io.readKeys();
    const usage = await io.readUsage();
    const step = nextRotationStep(keys, usage, io.now(), quietMinutes);
    if (step.kind === "settled" && inProgress) return { kind: "done", key: step.key };
    if (step.kind === "settled" || step.kind === "set") {
      if (step.kind === "settled") refuseUnmanagedKeys(usage.unmanaged);
      const next = step.kind === "set" ? step.keys : withNewKey(keys, usage, io.now());
      io.note(
        `access keys: ${step.kind === "set" ? `${step.why}: ` : ""}${described(keys)} -> ${described(next)}`,
      );
      await io.writeKeys(next);
      before = keys;
    } else if (step.kind === "deploy") {
      if (isDeepStrictEqual(deployed, keys)) {
        readings += 1;
        if (readings > READINGS) {
          throw new PipelineError(`the update did not bring AWS to what the settings say: ${step.why}`);
        }
        await io.sleep(READING_MS);
        continue;
      }
      io.note(`access keys: ${step.why}`);
      if (!(await io.deploy(step.refresh))) {
        if (before !== undefined) await io.writeKeys(before);
        return { kind: "declined" };
      }
      deployed = keys;
      readings = 0;
      before = undefined;
    } else {
      if (!announced) io.onWait(step);
      announced = true;
      if (!wait) return { ...step, kind: "waiting" };
      await io.sleep(pauseOf(step, io.now()));
      deployed = undefined;
    }
    inProgress = true;
  }
}

/** How AWS differs from the settings. A key turned off in AWS ahead of the settings is no difference. */
function outOfStep(keys: readonly KeyGeneration[], { generations, inSecret }: KeyUsage): string | undefined {
  const current = keys.at(-1)?.name;
  for (const { name, status } of keys) {
    const live = generations.get(name);
    if (live === undefined || live === "gone") return `${name} is to be made`;
    if (live.status !== status && (name === current || status === "Inactive")) {
      return `${name} is ${live.status} and is to be ${status}`;
    }
  }
  const extra = [...generations.keys()].find((name) => !keys.some((key) => key.name === name));
  if (extra !== undefined) return `${extra} is to be deleted`;
  return inSecret === current ? undefined : `the secret does not hold ${current} yet`;
}

function refuseUnmanagedKeys(unmanaged: readonly string[]): void {
  if (unmanaged.length === 0) return;
  throw new PipelineError(
    `Snowflake's user has a key that this stack did not make, ${unmanaged.join(" and ")}, and AWS allows two in all: ` +
      "delete it (`aws iam delete-access-key`) once nobody uses it, then run this again",
  );
}

/** IAM tells of a change to itself some seconds late, so what an update did is looked for more than once. */
const READINGS = 12;
const READING_MS = 5_000;

const POLL_MS = 60_000;

function pauseOf({ until, handedOver }: Wait, now: Date): number {
  const left = until.getTime() - now.getTime();
  return handedOver ? Math.max(1000, Math.min(POLL_MS, left)) : POLL_MS;
}

function described(keys: readonly KeyGeneration[]): string {
  return keys.map(({ name, status }) => `${name} ${status}`).join(", ");
}
