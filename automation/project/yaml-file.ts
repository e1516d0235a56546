import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Document, parseDocument, visit } from "yaml";
import { z } from "zod";
import { formatProblem, type Problem, showValue } from "../../components/settings/problems";
import { PROJECT } from "../../components/settings/settings";
import { messageOf, UsageError } from "../errors";
import { pathError } from "../paths";
import { readAsEngine } from "./yaml-scalars";

const map = z.record(z.string(), z.unknown(), { error: "must be a map" });
const text = z.string({ error: "must be a text" });

/** Of Pulumi.yaml, what this project and the engine cannot do without. */
export const projectShape = z
  .looseObject({
    name: z.literal(PROJECT, { error: `must be ${PROJECT}: settings and state are kept under this name` }),
    runtime: z.union([text, z.looseObject({ name: text })], { error: "must name a runtime, as nodejs" }),
    /** As a text the old form of `stackConfigDir`. */
    config: z.union([map, z.string()], { error: "must be a map" }).nullish(),
    /** Folder of the stacks' files, below that of this file. */
    stackConfigDir: text.nullish(),
    backend: z.looseObject({ url: text.nullish() }, { error: "must be a map" }).nullish(),
  })
  .refine(({ config, stackConfigDir }) => typeof config !== "string" || !stackConfigDir, {
    path: ["config"],
    error: "must not name the stacks' folder beside stackConfigDir",
  });

/** What may encrypt secrets: ValidateSecretsProvider of Pulumi's pkg/cmd/pulumi/stack/secrets.go. */
const secretsProvider = text.regex(
  /^$|^(default|passphrase)$|^(awskms|azurekeyvault|gcpkms|hashivault):/,
  "must be default, passphrase, or the URL of a key: awskms://, azurekeyvault://, gcpkms:// or hashivault://",
);

/** Of a stack's file. */
export const stackShape = z.looseObject({
  config: map.nullish(),
  environment: z.unknown().optional(),
  secretsprovider: secretsProvider.nullish(),
  encryptedkey: text.nullish(),
  encryptionsalt: text.nullish(),
});

/** Keys that the engine does not read: it would deploy the defaults. */
export function misplacedKeys(stackFile: object): Problem[] {
  return Object.keys(stackFile)
    .filter((key) => key !== "config" && /:|^config$/i.test(key))
    .map((key) => ({
      key,
      // It may be a credential.
      value: "(not shown)",
      rule: "must be below `config:`, and Pulumi does not read it here",
      fix: "move it there",
    }));
}

/**
 * The text of a file of the project.
 *
 * @throws UsageError where its path cannot be read.
 */
export async function readText(file: string): Promise<string> {
  try {
    return await fs.readFile(file, "utf8");
  } catch (error) {
    const fix = `make ${file} a readable file, or give the right folder by --cwd`;
    throw pathError(error, { key: path.basename(file), value: file, fix });
  }
}

/**
 * A YAML text as a document. No message repeats its lines: they may hold secrets.
 *
 * @throws UsageError where it is no YAML.
 */
export function parseYaml(file: string, content: string): Document {
  // The engine knows merge keys of YAML 1.1, `<<`.
  const document = parseDocument(content, { merge: true });
  const [error] = document.errors;
  if (error !== undefined) throw notYaml(file, error);
  visit(document, {
    Alias: (_, alias, above) => {
      const anchored = alias.resolve(document);
      if (anchored !== undefined && above.includes(anchored)) {
        throw notYaml(file, new Error(`the alias *${alias.source} lies within what it stands for`));
      }
    },
  });
  return document;
}

/**
 * What a YAML file of the project says.
 *
 * @throws UsageError naming everything that is not as `shape` has it.
 */
export async function readShape<Shape extends z.ZodType>(
  file: string,
  shape: Shape,
): Promise<z.output<Shape>> {
  const content = contentOf(file, parseYaml(file, await readText(file)));
  const { data, error } = shape.safeParse(content);
  if (error === undefined) return data;
  throw invalid(
    file,
    error.issues.map(({ path: at, message }) => ({
      key: at.join(".") || path.basename(file),
      value: at.length === 0 && typeof content === "string" ? "(a text)" : shown(valueAt(content, at)),
      rule: at.length === 0 ? "must be a map" : message,
      fix: "correct it in the file",
    })),
  );
}

function valueAt(content: unknown, at: readonly PropertyKey[]): unknown {
  return at.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], content);
}

/** An alias may name no anchor, or so many that the document would not fit into memory; it is found out only here. */
function contentOf(file: string, document: Document): unknown {
  try {
    readAsEngine(document);
    return document.toJS() ?? {};
  } catch (error) {
    throw notYaml(file, error);
  }
}

function notYaml(file: string, error: unknown): UsageError {
  const [rule = ""] = messageOf(error).split(/:?\n|; please use/);
  return invalid(file, [
    { key: path.basename(file), value: "(not YAML)", rule, fix: "correct it in the file" },
  ]);
}

/** The error that names everything that is wrong with a file. */
export function invalid(file: string, problems: readonly Problem[]): UsageError {
  const lines = problems.map((problem) => `\n  ${formatProblem(problem)}`);
  return new UsageError(`Invalid ${path.basename(file)}:${lines.join("")}`);
}

/** Of lists and maps, which may hold secrets, the kind alone. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "(a list)";
  if (typeof value === "object" && value !== null) return "(a map)";
  return showValue(value);
}
