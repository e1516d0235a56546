import { readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Context } from "mocha";
import { parse } from "yaml";
import { projectDir } from "../../automation/project/stack-file";

/**
 * Where `npm run build:node-host` puts the process by which `pulumi` runs Node programs, and others like it those of other
 * languages. Pulumi's releases have them beside the CLI; of what can be built from Go modules, sdk/v3 v3.68.0 was the last to
 * hold those of Node and Python, and the CLI of today works with them.
 */
export const builtHosts = ["node-host", "yaml-host"].map((folder) => path.join(__dirname, folder, "bin"));

/** What a Node host makes of `tsconfig` and `nodeargs` in Pulumi.yaml: the one that is built here is not given them. */
export function hostVariables(tsconfig: string): Record<string, string> {
  const { runtime } = parse(readFileSync(path.join(projectDir, "Pulumi.yaml"), "utf8"));
  const nodeArgs = String(runtime.options.nodeargs).replace("./", `${projectDir}${path.sep}`);
  const { NODE_OPTIONS = "" } = process.env;
  return { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig, NODE_OPTIONS: `${nodeArgs} ${NODE_OPTIONS}` };
}

/** Whether `pulumi` can run programs of a language: the CLI looks for its host on PATH. */
export async function hasHost(language: string): Promise<boolean> {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const found = await Promise.all(
    folders.map((folder) =>
      fs.access(path.join(folder, `pulumi-language-${language}`), fs.constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** Skips a test, and says why, where `pulumi` itself cannot run the program. */
export function needNodeHost(context: Context): Promise<void> {
  return needHost(context, "nodejs", "build:node-host");
}

/** Skips a test, and says why, where `pulumi` cannot run programs of a language. */
export async function needHost(context: Context, language: string, script: string): Promise<void> {
  if (await hasHost(language)) return;
  const { test } = context;
  if (test !== undefined) test.title += ` (no pulumi-language-${language}: \`npm run ${script}\`)`;
  context.skip();
}
