import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { Document, isMap, isScalar, visit } from "yaml";
import type { z } from "zod";
import { packageDir } from "../../components/package";
import { settingsError, showValue } from "../../components/settings/problems";
import { parseSettings, type StackConfig } from "../../components/settings/read-settings";
import { PROJECT, type Settings } from "../../components/settings/settings";
import { commandLine } from "../command-line";
import { UsageError } from "../errors";
import { pathError } from "../paths";
import { listed } from "../terminal/counted";
import { fullKey } from "./config-keys";
import { environmentsOf } from "./environments";
import { plainConfig, wholeValue } from "./plain-config";
import { type Declaration, declarationsOf } from "./project-config";
import { ownName } from "./stack-name";
import {
  invalid,
  misplacedKeys,
  parseYaml,
  projectShape,
  readShape,
  readText,
  stackShape,
} from "./yaml-file";
import { quoteTexts } from "./yaml-scalars";

/**
 * Folder of Pulumi.yaml, of the stacks' files and, by default, of their state: the nearest one above the working directory, as
 * `pulumi` has it, or else a checkout of this project.
 */
export const projectDir = nearestProject(process.cwd()) ?? nearestProject(packageDir) ?? process.cwd();

function nearestProject(folder: string): string | undefined {
  if (existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
  const above = path.dirname(folder);
  return above === folder ? undefined : nearestProject(above);
}

/** A stack's file as text says it, without asking Pulumi. */
export interface StackFile extends StackConfig {
  /** Settings whose value is encrypted, as paths: `braintrust-snowflake:snowflake.externalId`. */
  readonly encrypted: readonly string[];
  /** Pulumi ESC environments by name, and values that stand in their place: only Pulumi Cloud can read them. */
  readonly environments: readonly string[];
  /** What encrypts the stack's secrets, where the file names it. @default a passphrase, or Pulumi Cloud */
  readonly secretsProvider?: string;
}

/** What Pulumi.yaml says. */
export type Project = z.output<typeof projectShape> & { readonly declarations: readonly Declaration[] };

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
  // The engine reads a stack's file with the ending of the project's own.
  return (await stackFolderFiles(dir)).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

function projectFiles(dir: string): Promise<string[]> {
  return fs.readdir(dir).catch((error: unknown) => {
    const fix = "give the folder of Pulumi.yaml, or leave --cwd out for this project's own";
    throw pathError(error, { key: "--cwd", value: dir, fix });
  });
}

async function stackFolderFiles(dir: string): Promise<string[]> {
  const inProject = await projectFiles(dir);
  const folder = await stackFolder(dir);
  if (folder === dir) return inProject;
  return fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    const fix = "correct it in Pulumi.yaml";
    throw pathError(error, { key: "stackConfigDir", value: folder, fix });
  });
}

/** Folder of the stacks' files, where the engine looks for them: ProjectStackPath of its sdk/go/common/workspace/paths.go. */
export async function stackFolder(dir: string): Promise<string> {
  if (!existsSync(path.join(dir, "Pulumi.yaml"))) return dir;
  const { config, stackConfigDir } = await readProject(dir);
  // An absolute path is below the project as well.
  if (typeof config !== "string") return path.join(dir, stackConfigDir ?? "");
  const folder = path.join(dir, config);
  if (existsSync(folder)) return folder;
  const fix = `correct it in the file, or create the folder ${config} for the stacks' files`;
  throw invalid("Pulumi.yaml", [{ key: "config", value: showValue(config), rule: "must be a map", fix }]);
}

/**
 * Reads Pulumi.yaml.
 *
 * @throws UsageError where it is missing, cannot be read or is none of this project's.
 */
export async function readProject(dir: string = projectDir): Promise<Project> {
  const file = path.join(dir, "Pulumi.yaml");
  const project = await readShape(file, projectShape);
  const config = typeof project.config === "string" ? undefined : project.config;
  const { declarations, problems } = declarationsOf(config ?? {});
  if (problems.length > 0) throw invalid(file, problems);
  return { ...project, declarations };
}

/**
 * Reads a stack's file and the project's own configuration below it.
 *
 * @throws UsageError naming the stacks that have a file, or where the file is no YAML.
 */
export async function readStackFile(stack: string, dir: string = projectDir): Promise<StackFile> {
  await projectFiles(dir);
  const project = await readProject(dir);
  const file = await stackFilePath(stack, dir);
  const own = await readShape(file, stackShape);
  const { environment, secretsprovider } = own;
  const environments = environmentsOf(environment);
  const config = plainConfig(project.declarations, own.config, environments.length === 0);
  const { values, encrypted, unquoted, ofProject, problems } = config;
  if (problems.project.length > 0) throw invalid("Pulumi.yaml", problems.project);
  const ofStack = [...misplacedKeys(own), ...problems.stack];
  if (ofStack.length > 0) throw invalid(file, ofStack);
  return {
    stack: ownName(stack),
    values,
    secretKeys: [...new Set(encrypted.map((key) => key.split(/[.[]/)[0] ?? key))],
    environmentRegion: process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION,
    encrypted,
    unquoted,
    ofProject,
    environments,
    secretsProvider: secretsprovider || undefined,
  };
}

/**
 * The checked settings of a stack's file.
 *
 * @throws UsageError listing every problem.
 */
export function settingsOf(file: StackFile): Settings {
  const { settings, problems } = parseSettings(file);
  if (settings === undefined) throw new UsageError(settingsError(file, problems));
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
  const { declarations } = await readProject(dir);
  for (const {
    path: [key, ...rest],
    value,
  } of changes) {
    const at = ["config", writtenKey(document, key), ...rest];
    for (let depth = 1; depth < at.length; depth += 1) {
      const parent = at.slice(0, depth);
      const found = document.getIn(parent);
      if (isMap(found)) continue;
      const written = sectionOf(found);
      if (written !== undefined) {
        document.setIn(parent, document.createNode(written));
        continue;
      }
      if (found !== undefined && found !== null && found !== PLACEHOLDER) {
        throw new UsageError(
          `${parent.slice(1).join(".")} in ${path.basename(file)} is no map: write it as one, then try again`,
        );
      }
      // A section of the stack's own replaces the whole one of Pulumi.yaml.
      const ofProject = depth === 2 && found === undefined ? wholeValue(declarations, key) : {};
      document.setIn(parent, document.createNode(ofProject));
    }
    if (value === undefined) document.deleteIn(at);
    else {
      const node = document.createNode(value);
      quoteTexts(node);
      document.setIn(at, node);
    }
  }
  await replaceFile(file, document.toString({ lineWidth: 0 }).replaceAll(` ${PLACEHOLDER}`, ""));
}

/**
 * Remembers a stack's file: the engine writes its salt into it when it creates the stack.
 *
 * @returns what puts it back.
 */
export async function keepStackFile(stack: string, dir: string = projectDir): Promise<() => Promise<void>> {
  const file = await stackFilePath(stack, dir);
  const text = await readText(file);
  return () => replaceFile(file, text);
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
  const folder = await stackFolder(dir);
  const file = path.join(folder, `Pulumi.${ownName(stack)}.yaml`);
  const document = new Document({ config });
  quoteTexts(document.contents);
  try {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(file, document.toString(), { flag: "wx" });
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** How a key is written in a stack's file: with the project's name, or without. */
function writtenKey(document: Document, key: string): string {
  const config = document.get("config");
  const written = isMap(config) ? config.items.map((item) => String(item.key)) : [];
  return written.find((each) => fullKey(each) === key) ?? key;
}

/** A section that is written as JSON text is a map to the program, and to be one in the file before a key is set in it. */
function sectionOf(text: unknown): object | undefined {
  if (typeof text !== "string" || !/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A symbolic link keeps its target, and the file its mode. */
async function replaceFile(file: string, content: string): Promise<void> {
  try {
    const target = await fs.realpath(file);
    const { mode } = await fs.stat(target);
    const replacement = `${target}.new`;
    await fs.writeFile(replacement, content, { mode });
    await fs.chmod(replacement, mode);
    await fs.rename(replacement, target);
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
  const name = `Pulumi.${ownName(stack)}.yaml`;
  const names = await stackFileNames(dir);
  if (names.includes(ownName(stack))) return path.join(await stackFolder(dir), name);
  const misnamed = `Pulumi.${ownName(stack)}.yml`;
  if ((await stackFolderFiles(dir)).includes(misnamed)) {
    throw new UsageError(
      `there is no ${name}, and the engine does not read ${misnamed}: rename it to ${name}`,
    );
  }
  const known =
    names.length > 0 ? `the stacks with settings are ${listed(names)}` : "no stack has settings yet";
  throw new UsageError(`there is no ${name}: ${known}; \`${commandLine("init", stack)}\` writes one`);
}
