import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Context } from "mocha";

/**
 * Where `npm run build:node-host` puts the process by which `pulumi` runs Node programs. Pulumi's releases have it beside the
 * CLI; of what can be built from Go modules, sdk/v3 v3.68.0 was the last to hold it, and the CLI of today works with that.
 */
export const builtNodeHost = path.join(__dirname, "node-host", "bin");

/** Whether `pulumi` itself can run the program: the CLI looks for its Node host on PATH. */
export async function hasNodeHost(): Promise<boolean> {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const found = await Promise.all(
    folders.map((folder) =>
      fs.access(path.join(folder, "pulumi-language-nodejs"), fs.constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** Skips a test, and says why, where `pulumi` itself cannot run the program. */
export async function needNodeHost(context: Context): Promise<void> {
  if (await hasNodeHost()) return;
  if (context.test !== undefined) context.test.title += " (no Node host: `npm run build:node-host`)";
  context.skip();
}
