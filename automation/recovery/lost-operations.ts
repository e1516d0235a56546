import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import type { Step } from "../changes";
import type { UnfinishedOperation } from "../state";

const operation = z.object({
  type: z.string(),
  /** When it got no answer, ISO 8601. */
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

/**
 * What got no answer, as when the provider died. The engine takes it for failed and its state forgets it, though AWS may
 * have done it; so it is kept in `state/unfinished/<stack>.json` of the project, until a repair has found out.
 */
export class LostOperations {
  private readonly file: string;

  public constructor(workDir: string, stack: string) {
    this.file = path.join(workDir, "state", "unfinished", `${stack}.json`);
  }

  public async read(): Promise<LostOperation[]> {
    const text = await fs.readFile(this.file, "utf8").catch(() => "[]");
    return z.array(operation).parse(JSON.parse(text));
  }

  public async add(lost: readonly LostOperation[]): Promise<void> {
    if (lost.length === 0) return;
    const all = new Map([...(await this.read()), ...lost].map((one) => [one.resource.urn, one]));
    await fs.mkdir(path.dirname(this.file), { recursive: true });
    const replacement = `${this.file}.new`;
    await fs.writeFile(replacement, JSON.stringify([...all.values()]), { mode: 0o600 });
    await fs.rename(replacement, this.file);
  }

  public async clear(): Promise<void> {
    await fs.rm(this.file, { force: true });
  }
}

/** What the engine's events told of an operation. */
export function lostOperation({ op, new: after, old: before }: Step): LostOperation[] {
  const begun = after ?? before;
  if (begun === undefined) return [];
  const { urn, type, id, parent, provider, protect = false, inputs } = begun;
  const what = op.startsWith("create") ? "creating" : op.startsWith("delete") ? "deleting" : "updating";
  const known = { ...(id ? { id } : {}), ...(parent ? { parent } : {}) };
  const at = new Date().toISOString();
  const told = { urn, type, custom: true, ...known, provider, protect, inputs: withoutSecrets(inputs) };
  return [{ type: what, at, resource: told }];
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
