import * as fs from "node:fs/promises";
import * as path from "node:path";
import { isMap, isScalar, stringify, visit } from "yaml";
import type { z } from "zod";
import { settingsError } from "../../components/settings/problems";
import { parseSettings, type StackConfig } from "../../components/settings/read-settings";
import { ENCRYPTED } from "../../components/settings/schema";
import { PROJECT, type Settings } from "../../components/settings/settings";
import { UsageError } from "../errors";
import { pathError } from "../paths";
import { parseYaml, projectShape, readShape, readText, stackShape } from "./yaml-file";

/** Folder of Pulumi.yaml, of the stacks' files and, by default, of their state. */
export const projectDir = path.resolve(__dirname, "../..");

/** A stack's file as text says it, without asking Pulumi. */
export interface StackFile extends StackConfig {
  /** Settings whose value is encrypted, as paths: `braintrust-snowflake:snowflake.externalId`. */
  readonly encrypted: readonly string[];
  /** Pulumi ESC environments, which only Pulumi Cloud can read. */
  readonly environments: readonly string[];
  /** What encrypts the stack's secrets, where the file names it. @default a passphrase, or Pulumi Cloud */
  readonly secretsProvider?: string;
}

/** One value to write, by its path below `config`; without `value` the key is removed. */
export interface SettingChange {
  readonly path: readonly [key: string, ...rest: string[]];
  readonly value?: unknown;
}

/**
 * Stacks that have a settings file, in order of name.
 *
 * @throws UsageError where the folder cannot be read.
 */
export async function stackFileNames(dir: string = projectDir): Promise<string[]> {
  const files = await fs.readdir(dir).catch((error: unknown) => {
    const fix = "give the folder of Pulumi.yaml, or leave --cwd out for this project's own";
    throw pathError(error, { key: "--cwd", value: dir, fix });
  });
  // The engine reads a stack's file with the ending of the project's own.
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

/**
 * Reads Pulumi.yaml.
 *
 * @throws UsageError where it is missing, cannot be read or is none of this project's.
 */
export async function readProject(dir: string = projectDir): Promise<z.output<typeof projectShape>> {
  return readShape(path.join(dir, "Pulumi.yaml"), projectShape);
}

/**
 * Reads a stack's file and the project's own configuration below it.
 *
 * @throws UsageError naming the stacks that have a file, or where the file is no YAML.
 */
export async function readStackFile(stack: string, dir: string = projectDir): Promise<StackFile> {
  const file = await stackFilePath(stack, dir);
  const own = await readShape(file, stackShape);
  const project = await readProject(dir);
  const encrypted: string[] = [];
  const values = {
    ...configOf(project.config, encrypted, projectDefault),
    ...configOf(own.config, encrypted, (value) => value),
  };
  const { environment, secretsprovider } = own;
  return {
    stack,
    values,
    secretKeys: [...new Set(encrypted.map((key) => key.split(/[.[]/)[0] ?? key))],
    environmentRegion: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    encrypted,
    environments: Array.isArray(environment) ? environment.map(String) : [],
    ...(secretsprovider ? { secretsProvider: secretsprovider } : {}),
  };
}

/**
 * The checked settings of a stack's file.
 *
 * @throws UsageError listing every problem.
 */
export function settingsOf(file: StackFile): Settings {
  const { settings, problems } = parseSettings(file);
  if (settings === undefined) throw new UsageError(settingsError(file.stack, problems));
  return settings;
}

/** Writes settings into a stack's file, its comments and order kept. */
export async function editStackFile(
  stack: string,
  changes: readonly SettingChange[],
  dir: string = projectDir,
): Promise<void> {
  const file = await stackFilePath(stack, dir);
  const document = parseYaml(file, withPlaceholders(file, await readText(file)));
  for (const {
    path: [key, ...rest],
    value,
  } of changes) {
    const at = ["config", key, ...rest];
    for (let depth = 1; depth < at.length; depth += 1) {
      const parent = at.slice(0, depth);
      const found = document.getIn(parent);
      if (isMap(found)) continue;
      if (found !== undefined && found !== null && found !== PLACEHOLDER) {
        throw new UsageError(
          `${parent.slice(1).join(".")} in ${path.basename(file)} is no map: write it as one, then try again`,
        );
      }
      document.setIn(parent, document.createNode({}));
    }
    if (value === undefined) document.deleteIn(at);
    else document.setIn(at, document.createNode(value));
  }
  await replaceFile(file, document.toString({ lineWidth: 0 }).replaceAll(` ${PLACEHOLDER}`, ""));
}

/**
 * Writes the file of a new stack.
 *
 * @throws UsageError where there is one already, or the folder takes none.
 */
export async function createStackFile(
  stack: string,
  config: Readonly<Record<string, unknown>>,
  dir: string = projectDir,
): Promise<void> {
  const file = path.join(dir, `Pulumi.${stack}.yaml`);
  await fs.writeFile(file, stringify({ config }), { flag: "wx" }).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}

async function replaceFile(file: string, content: string): Promise<void> {
  const replacement = `${file}.new`;
  try {
    await fs.writeFile(replacement, content);
    await fs.rename(replacement, file);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): Error {
  const fix = `let this user write to ${path.dirname(file)}`;
  return pathError(error, { key: path.basename(file), value: file, fix });
}

const PLACEHOLDER = "__no_value__";

/** YAML's reader takes the comment below a key without a value for that of the value, and its writer moves it. */
function withPlaceholders(file: string, text: string): string {
  const empty: number[] = [];
  visit(parseYaml(file, text), {
    Pair(_, { value }) {
      if (isScalar(value) && value.source === "" && value.range) empty.push(value.range[0]);
    },
  });
  return empty.reduceRight((rest, at) => `${rest.slice(0, at)} ${PLACEHOLDER} ${rest.slice(at)}`, text);
}

/** The change of one of this project's settings. */
export function settingChange(keys: readonly string[], value?: unknown): SettingChange {
  const [first = "", ...rest] = keys;
  return { path: [`${PROJECT}:${first}`, ...rest], ...(value === undefined ? {} : { value }) };
}

async function stackFilePath(stack: string, dir: string): Promise<string> {
  const names = await stackFileNames(dir);
  if (names.includes(stack)) return path.join(dir, `Pulumi.${stack}.yaml`);
  const known =
    names.length > 0 ? `the stacks with settings are ${names.join(", ")}` : "no stack has settings yet";
  throw new UsageError(`there is no Pulumi.${stack}.yaml: ${known}; \`init --stack ${stack}\` writes one`);
}

function configOf(
  config: Readonly<Record<string, unknown>> | null | undefined,
  encrypted: string[],
  read: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config ?? {}).map(([key, value]) => {
      const name = key.includes(":") ? key : `${PROJECT}:${key}`;
      return [name, withoutSecrets(read(value), name, encrypted)];
    }),
  );
}

/** Pulumi.yaml may say a value, or a schema with a `value` or a `default`. */
function projectDefault(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return "value" in value ? value.value : "default" in value ? value.default : undefined;
}

function withoutSecrets(value: unknown, at: string, encrypted: string[]): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => withoutSecrets(item, `${at}[${index}]`, encrypted));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") {
    encrypted.push(at);
    return ENCRYPTED;
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, withoutSecrets(inner, `${at}.${key}`, encrypted)]),
  );
}
