import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Deployment as ExportedState } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { PipelineError, UsageError } from "../errors";

/** A copy of a stack's state, made before an operation. Secrets are encrypted in it, as in the state itself. */
export interface Checkpoint {
  /** Names it in `recover --restore`. */
  readonly id: string;
  /** ISO 8601. */
  readonly taken: string;
  /** The operation that followed: up, refresh, destroy, repair, restore. */
  readonly before: string;
  readonly resources: number;
}

/** Copies that are kept of each stack. */
export const KEPT = 20;

const content = z.object({
  taken: z.string(),
  before: z.string(),
  stack: z.string(),
  state: z.object({
    version: z.number(),
    deployment: z.looseObject({ resources: z.array(z.unknown()).nullish() }),
  }),
});

/** The copies of one stack's state, in `state/checkpoints/<stack>` of the project, whatever the backend is. */
export class Checkpoints {
  private readonly dir: string;

  public constructor(
    workDir: string,
    private readonly stack: string,
  ) {
    this.dir = path.join(workDir, "state", "checkpoints", stack);
  }

  /**
   * Keeps a copy, and the newest {@link KEPT} in all. A state without resources is not worth one, nor one that has just been kept.
   *
   * @throws PipelineError where it cannot be written.
   */
  public async keep(state: ExportedState, before: string, now = new Date()): Promise<void> {
    if (!state.deployment?.resources?.length || (await this.hasNewest(state))) return;
    const taken = now.toISOString();
    // In order of time by name, also within a millisecond of another process's.
    const id = `${taken.replaceAll(/[-:.]/g, "")}-${randomBytes(2).toString("hex")}`;
    const text = JSON.stringify({ taken, before, stack: this.stack, state });
    try {
      await fs.mkdir(this.dir, { recursive: true });
      const replacement = path.join(this.dir, `.${id}`);
      await fs.writeFile(replacement, text, { mode: 0o600 });
      await fs.rename(replacement, this.file(id));
      const outdated = (await this.ids()).slice(KEPT);
      await Promise.all(outdated.map((old) => fs.rm(this.file(old), { force: true })));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PipelineError(
        `nothing was changed: the state could not be copied before ${before}: ${reason}`,
      );
    }
  }

  /** The copies, newest first; a file that is none is left out. */
  public async list(): Promise<Checkpoint[]> {
    const found = await Promise.all((await this.ids()).map((id) => this.read(id).catch(() => undefined)));
    return found.filter((one) => one !== undefined).map(({ checkpoint }) => checkpoint);
  }

  /**
   * A copy's state.
   *
   * @throws UsageError naming the copies where there is none of that id, or the file is none.
   */
  public async read(id: string): Promise<{ readonly checkpoint: Checkpoint; readonly state: ExportedState }> {
    const ids = await this.ids();
    if (!ids.includes(id)) {
      const known = ids.length === 0 ? "there is none yet" : `there are ${ids.join(", ")}`;
      throw new UsageError(`no checkpoint ${JSON.stringify(id)} of stack "${this.stack}": ${known}`);
    }
    const parsed = content.safeParse(await readJson(this.file(id)));
    if (!parsed.success) {
      throw new UsageError(`checkpoint ${id} cannot be read: restore another, or look at ${this.file(id)}`);
    }
    const { taken, before, state } = parsed.data;
    return { checkpoint: { id, taken, before, resources: state.deployment.resources?.length ?? 0 }, state };
  }

  private async hasNewest(state: ExportedState): Promise<boolean> {
    const [newest] = await this.ids();
    if (newest === undefined) return false;
    return isDeepStrictEqual((await this.read(newest).catch(() => undefined))?.state, state);
  }

  private async ids(): Promise<string[]> {
    const names = await fs.readdir(this.dir).catch(() => []);
    const ids = names
      .filter((name) => /^\d.*\.json$/.test(name))
      .map((name) => name.slice(0, -".json".length));
    return ids.sort().reverse();
  }

  private file(id: string): string {
    return path.join(this.dir, `${id}.json`);
  }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await fs.readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}
