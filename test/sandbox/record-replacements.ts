import * as fs from "node:fs/promises";
import * as path from "node:path";
import { Sandbox } from "./harness";
import { everything } from "./replacements/everything";
import { recordReplacements } from "./replacements/record";

/** `npm run record:replacements`: asks the AWS provider which changes replace a resource, for the engine's tests to know. */
async function main(): Promise<void> {
  const sandbox = new Sandbox();
  try {
    const lacking = await sandbox.start();
    if (lacking !== undefined) throw new Error(lacking);
    const stack = await sandbox.stack("prod-everything", everything);
    const replacements = await recordReplacements(stack, console.error);
    const file = path.join(__dirname, "..", "engine", "fake-provider", "replacements.json");
    await fs.writeFile(file, `${JSON.stringify(replacements, undefined, 2)}\n`);
  } finally {
    await sandbox.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
