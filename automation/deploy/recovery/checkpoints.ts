import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Deployment as ExportedState } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { messageOf, PipelineError, UsageError } from "../../errors";

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

/** Copies that are kept of each stack in each backend. */
export const KEPT = 20;
/** Milliseconds after which nobody writes a copy any more that is not whole. */
const ABANDONED_MS = 60 * 60_000;

const content = z.object({
  taken: z.string(),
  before: z.string(),
  stack: z.string(),
  backend: z.string(),
  state: z.object({
    version: z.number(),
    deployment: z.looseObject({ resources: z.array(z.unknown()).nullish() }),
  }),
});

type Content = z.infer<typeof content>;

/**
 * The copies of one stack's state, in `state/checkpoints/<stack>` of the project, whatever the backend is. Each is kept with
 * its backend: the copies of another backend's stack of the same name lie beside them, and are not its own.
 */
export class Checkpoints {
  private readonly dir: string;

  /** @param backend in which the stack is, by its name. */
  public constructor(
    workDir: string,
    private readonly stack: string,
    private readonly backend: string,
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
    const text = JSON.stringify({ taken, before, stack: this.stack, backend: this.backend, state });
    try {
      await fs.mkdir(this.dir, { recursive: true });
      const replacement = path.join(this.dir, `.${id}`);
      await fs.writeFile(replacement, text, { mode: 0o600 });
      await fs.rename(replacement, this.file(id));
    } catch (error) {
      const reason = messageOf(error);
      throw new PipelineError(`${before} was not begun: the state could not be copied before: ${reason}`, {
        cause: error,
      });
    }
    // What cannot be removed now goes with a later copy.
    await this.prune(id).catch(() => undefined);
  }

  /** The backend's copies, newest first; a file that is none is left out. */
  public async list(): Promise<Checkpoint[]> {
    const copies = await this.copies();
    return copies.flatMap(({ id, found }) => (found && this.isOwn(found) ? [describe(id, found)] : []));
  }

  /**
   * A copy's state.
   *
   * @throws UsageError naming the copies where there is none of that id, the file is none, or it is another backend's.
   */
  public async read(id: string): Promise<{ readonly checkpoint: Checkpoint; readonly state: ExportedState }> {
    if (!(await this.ids()).includes(id)) {
      const own = (await this.list()).map((one) => one.id);
      const known = own.length === 0 ? "there is none yet" : `there are ${own.join(", ")}`;
      throw new UsageError(`no checkpoint ${JSON.stringify(id)} of stack "${this.stack}": ${known}`);
    }
    const found = await this.content(id);
    if (found === undefined) {
      throw new UsageError(`checkpoint ${id} cannot be read: restore another, or look at ${this.file(id)}`);
    }
    if (!this.isOwn(found)) {
      throw new UsageError(
        `checkpoint ${id} is of stack "${this.stack}" in ${found.backend}, and this one is in ${this.backend}: ` +
          "restore one of its own, or have PULUMI_BACKEND_URL name the other backend",
      );
    }
    return { checkpoint: describe(id, found), state: found.state };
  }

  private isOwn(found: Content): boolean {
    return found.backend === this.backend;
  }

  private async hasNewest(state: ExportedState): Promise<boolean> {
    for (const id of await this.ids()) {
      const found = await this.content(id);
      if (found && this.isOwn(found)) return isDeepStrictEqual(found.state, state);
    }
    return false;
  }

  /** Removes this backend's outdated copies, but not the one just written, and what a killed process left of a copy. */
  private async prune(made: string): Promise<void> {
    const names = await fs.readdir(this.dir);
    const files = names.filter((name) => name.startsWith(".")).map((name) => path.join(this.dir, name));
    const ages = await Promise.all(files.map(ageOf));
    const abandoned = files.filter((_, index) => (ages[index] ?? 0) > ABANDONED_MS);
    const copies = (await this.ids()).length > KEPT ? await this.copies() : [];
    const own = copies.filter(({ id, found }) => id !== made && found !== undefined && this.isOwn(found));
    const outdated = own.slice(KEPT - 1).map(({ id }) => this.file(id));
    await Promise.all([...abandoned, ...outdated].map((file) => fs.rm(file, { force: true })));
  }

  /** Every backend's, newest first; without content where a file is none. */
  private async copies(): Promise<{ readonly id: string; readonly found: Content | undefined }[]> {
    const ids = await this.ids();
    return Promise.all(ids.map(async (id) => ({ id, found: await this.content(id) })));
  }

  private async content(id: string): Promise<Content | undefined> {
    return content.safeParse(await readJson(this.file(id))).data;
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

function describe(id: string, { taken, before, state }: Content): Checkpoint {
  return { id, taken, before, resources: state.deployment.resources?.length ?? 0 };
}

/** Milliseconds since a file was written to; none where it is gone. */
async function ageOf(file: string): Promise<number> {
  const stats = await fs.stat(file).catch(() => undefined);
  return stats === undefined ? 0 : Date.now() - stats.mtimeMs;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await fs.readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}
