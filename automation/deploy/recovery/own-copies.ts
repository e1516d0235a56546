import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import type { ExportedState } from "../../engine/state/exported-state";
import { messageOf, PipelineError, UsageError } from "../../errors";
import type { StateCopy } from "./state-copy";

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
 * Copies of a stack's state in `state/checkpoints/<stack>` of the project: the engine copies no state that an import replaces.
 * Earlier versions of this command line kept one before each update. Each names its backend: those of another backend's stack
 * of the same name lie beside them.
 */
export class OwnCopies {
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
   * Keeps a copy, unless the state has no resources.
   *
   * @throws PipelineError where it cannot be written.
   */
  public async keep(state: ExportedState, before: string, now = new Date()): Promise<void> {
    if (!state.deployment?.resources?.length) return;
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
  }

  /** The backend's copies; a file that is none is left out. */
  public async list(): Promise<StateCopy[]> {
    const names = await fs.readdir(this.dir).catch(() => []);
    const ids = names.filter((name) => /^\d.*\.json$/.test(name)).map((name) => path.basename(name, ".json"));
    const copies = await Promise.all(ids.map(async (id) => ({ id, found: await this.content(id) })));
    return copies.flatMap(({ id, found }) => {
      if (found?.backend !== this.backend) return [];
      const { taken, before, state } = found;
      return [{ id, taken, before, read: async () => state }];
    });
  }

  /** @throws UsageError where the copy of this id cannot be read, or is another backend's. */
  public async explainMissing(id: string): Promise<void> {
    if (path.basename(id) !== id) return;
    const exists = await fs.stat(this.file(id)).catch(() => undefined);
    if (exists === undefined) return;
    const found = await this.content(id);
    if (found === undefined) {
      throw new UsageError(`checkpoint ${id} cannot be read: restore another, or check ${this.file(id)}`);
    }
    throw new UsageError(
      `checkpoint ${id} is of stack "${this.stack}" in ${found.backend}, and this one is in ${this.backend}: ` +
        "restore one of its own, or have PULUMI_BACKEND_URL name the other backend",
    );
  }

  private async content(id: string): Promise<Content | undefined> {
    try {
      return content.parse(JSON.parse(await fs.readFile(this.file(id), "utf8")));
    } catch {
      return undefined;
    }
  }

  private file(id: string): string {
    return path.join(this.dir, `${id}.json`);
  }
}
