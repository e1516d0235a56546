import * as fs from "node:fs/promises";
import * as path from "node:path";
import { isMap, isScalar, parseDocument, visit } from "yaml";
import { PROJECT, parseSettings, type Settings, type StackConfig } from "../components/settings";
import { settingsError } from "../components/settings-problems";
import { ENCRYPTED } from "../components/settings-schema";
import { UsageError } from "./errors";

/** Folder of Pulumi.yaml, of the stacks' files and, by default, of their state. */
export const projectDir = path.resolve(__dirname, "..");

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

/** Stacks that have a settings file, in order of name. */
export async function stackFileNames(dir: string = projectDir): Promise<string[]> {
  const files = await fs.readdir(dir);
  return files.flatMap((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1] ?? []).sort();
}

/**
 * Reads a stack's file and the project's own configuration below it.
 *
 * @throws UsageError naming the stacks that have a file, or where the file is no YAML.
 */
export async function readStackFile(stack: string, dir: string = projectDir): Promise<StackFile> {
  const file = await stackFilePath(stack, dir);
  const own = await readYaml(file);
  const project = await readYaml(path.join(dir, "Pulumi.yaml"));
  const encrypted: string[] = [];
  const values = {
    ...configOf(project, encrypted, projectDefault),
    ...configOf(own, encrypted, (value) => value),
  };
  const { environment, secretsprovider } = own as { environment?: unknown; secretsprovider?: unknown };
  return {
    stack,
    values,
    secretKeys: [...new Set(encrypted.map((key) => key.split(/[.[]/)[0] ?? key))],
    environmentRegion: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    encrypted,
    environments: Array.isArray(environment) ? environment.map(String) : [],
    ...(typeof secretsprovider === "string" ? { secretsProvider: secretsprovider } : {}),
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
  const document = parseDocument(withPlaceholders(await fs.readFile(file, "utf8")));
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
  const replacement = `${file}.new`;
  await fs.writeFile(replacement, document.toString({ lineWidth: 0 }).replaceAll(` ${PLACEHOLDER}`, ""));
  await fs.rename(replacement, file);
}

const PLACEHOLDER = "__no_value__";

/** YAML's reader takes the comment below a key without a value for that of the value, and its writer moves it. */
function withPlaceholders(text: string): string {
  const empty: number[] = [];
  visit(parseDocument(text), {
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

async function readYaml(file: string): Promise<unknown> {
  const document = parseDocument(await fs.readFile(file, "utf8"));
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${path.basename(file)} is not YAML: ${error.message}`);
  return document.toJS() ?? {};
}

function configOf(
  content: unknown,
  encrypted: string[],
  read: (value: unknown) => unknown,
): Record<string, unknown> {
  const config = (content as { config?: unknown }).config;
  if (typeof config !== "object" || config === null) return {};
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
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
