import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import type { Step } from "../../engine/changes";
import type { UnfinishedOperation } from "../../engine/state/state";
import { messageOf, PipelineError } from "../../errors";

const operation = z.object({
  type: z.string(),
  /** When it was known to be unanswered, ISO 8601: what the engine has created later does not count. */
  at: z.string().optional(),
  // Whatever else the engine has written stays as it is.
  resource: z.looseObject({
    urn: z.string(),
    type: z.string(),
    id: z.string().optional(),
    provider: z.string().optional(),
    inputs: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** An operation that got no answer, in the shape of the engine's own pending ones. */
export type LostOperation = z.infer<typeof operation>;

const content = z.array(operation.extend({ backend: z.string() }));
type Remembered = z.infer<typeof content>[number];

/**
 * What got no answer, as when the provider died. The engine takes it for failed and its state forgets it, though AWS may
 * have done it; so it is kept in `state/unfinished/<stack>.json` of the project, until a repair has found out. Each
 * operation is kept with its backend: another backend's stack of the same name has nothing to do with it.
 */
export class LostOperations {
  private readonly file: string;

  /** @param backend in which the stack is, by its name. */
  public constructor(
    workDir: string,
    stack: string,
    private readonly backend: string,
  ) {
    this.file = path.join(workDir, "state", "unfinished", `${stack}.json`);
  }

  /** @throws PipelineError where the file cannot be read. */
  public async read(): Promise<LostOperation[]> {
    return (await this.all()).filter(this.isOwn).map(({ backend: _, ...lost }) => lost);
  }

  /** @throws PipelineError where they cannot be kept. */
  public async add(lost: readonly LostOperation[]): Promise<void> {
    if (lost.length === 0) return;
    const once = new Map([...(await this.read()), ...lost].map((one) => [one.resource.urn, one]));
    await this.set([...once.values()]);
  }

  /**
   * Remembers these, and no others.
   *
   * @throws PipelineError where the file cannot be read or written.
   */
  public async set(lost: readonly LostOperation[]): Promise<void> {
    const others = (await this.all()).filter((one) => !this.isOwn(one));
    await this.write([...others, ...lost.map((one) => ({ ...one, backend: this.backend }))]);
  }

  private readonly isOwn = ({ backend }: Remembered) => backend === this.backend;

  private async all(): Promise<Remembered[]> {
    try {
      return content.parse(JSON.parse(await fs.readFile(this.file, "utf8")));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      const reason = error instanceof z.ZodError ? "it has another shape" : messageOf(error);
      throw new PipelineError(
        `${this.file}, which keeps what got no answer of AWS's, cannot be read: ${reason}; ` +
          "it lists what AWS may have created: look for that, then remove the file",
        { cause: error },
      );
    }
  }

  private async write(remembered: readonly Remembered[]): Promise<void> {
    try {
      if (remembered.length === 0) return await fs.rm(this.file, { force: true });
      await fs.mkdir(path.dirname(this.file), { recursive: true });
      const replacement = `${this.file}.new`;
      await fs.writeFile(replacement, JSON.stringify(remembered), { mode: 0o600 });
      await fs.rename(replacement, this.file);
    } catch (error) {
      throw new PipelineError(`${this.file} cannot be written: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** What the engine's events said of an operation. */
export function lostOperation({ op, new: after, old: before }: Step): LostOperation[] {
  const begun = after ?? before;
  if (begun === undefined) return [];
  const { urn, type, id, parent, provider, protect = false, inputs } = begun;
  const what = op.startsWith("create") ? "creating" : op.startsWith("delete") ? "deleting" : "updating";
  const known = { ...(id ? { id } : {}), ...(parent ? { parent } : {}) };
  const at = new Date().toISOString();
  const resource = { urn, type, custom: true, ...known, provider, protect, inputs: withoutSecrets(inputs) };
  return [{ type: what, at, resource }];
}

/** Events have no secret's value, and the engine would try to decrypt what they have in its place. */
function withoutSecrets(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(inputs).filter(
    ([, value]) => !/\[secret\]/.test(JSON.stringify(value) ?? ""),
  );
  return Object.fromEntries(entries);
}

/** The same as operations of the state's. */
export function asUnfinished({ type, resource }: LostOperation): UnfinishedOperation {
  return { urn: resource.urn, operation: type, type: resource.type, inputs: resource.inputs ?? {} };
}
