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
export async function rotate(io: RotationIo, options: RotationWaits): Promise<RotationResult> {
  const rotation = new Rotation(io, options);
  for (;;) {
    const result = await rotation.step();
    if (result !== undefined) return result;
  }
}

/** How long a rotation waits for a quiet old key, and whether this run stays for that. */
interface RotationWaits {
  readonly quietMinutes: number;
  readonly wait: boolean;
}

/** One run: what it has done so far. Each step looks at what is there. */
class Rotation {
  private inProgress = false;
  private announced = false;
  /** Settings before this run wrote the ones not yet deployed. */
  private before?: readonly KeyGeneration[] | undefined;
  /** Settings of its last update, and how often AWS has been read for them since. */
  private deployed?: readonly KeyGeneration[] | undefined;
  private readings = 0;

  public constructor(
    private readonly io: RotationIo,
    private readonly options: RotationWaits,
  ) {}

  /** Does what is next. Returns how the rotation ended, if it has. */
  public async step(): Promise<RotationResult | undefined> {
    const { io } = this;
    const keys = await io.readKeys();
    const usage = await io.readUsage();
    const step = nextRotationStep(keys, usage, io.now(), this.options.quietMinutes);
    if (step.kind === "settled" && this.inProgress) return { kind: "done", key: step.key };
    this.inProgress = true;
    switch (step.kind) {
      case "settled":
        refuseUnmanagedKeys(usage.unmanaged);
        return this.write(keys, withNewKey(keys, usage, io.now()));
      case "set":
        return this.write(keys, step.keys, `${step.why}: `);
      case "deploy":
        return isDeepStrictEqual(this.deployed, keys) ? this.readAgain(step.why) : this.deploy(keys, step);
      case "wait":
        return this.wait(step);
    }
  }

  private async write(
    from: readonly KeyGeneration[],
    to: readonly KeyGeneration[],
    why = "",
  ): Promise<undefined> {
    this.io.note(`access keys: ${why}${described(from)} -> ${described(to)}`);
    await this.io.writeKeys(to);
    this.before = from;
  }

  /** IAM tells of a change to itself some seconds late. */
  private async readAgain(why: string): Promise<undefined> {
    this.readings += 1;
    if (this.readings > READINGS) {
      throw new PipelineError(`the update did not bring AWS to what the settings say: ${why}`);
    }
    await this.io.sleep(READING_MS);
  }

  private async deploy(
    keys: readonly KeyGeneration[],
    { why, refresh }: Extract<RotationStep, { kind: "deploy" }>,
  ): Promise<RotationResult | undefined> {
    this.io.note(`access keys: ${why}`);
    if (!(await this.io.deploy(refresh))) {
      if (this.before !== undefined) await this.io.writeKeys(this.before);
      return { kind: "declined" };
    }
    this.deployed = keys;
    this.readings = 0;
    this.before = undefined;
    return undefined;
  }

  private async wait(wait: Wait): Promise<RotationResult | undefined> {
    if (!this.announced) this.io.onWait(wait);
    this.announced = true;
    if (!this.options.wait) return { ...wait, kind: "waiting" };
    await this.io.sleep(pauseOf(wait, this.io.now()));
    this.deployed = undefined;
    return undefined;
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
