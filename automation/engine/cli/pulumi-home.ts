import { existsSync } from "node:fs";
import { access, constants, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { atPath } from "../../paths";

/** Where Pulumi keeps its own installations, plugins, logs and logins. */
export function pulumiHome({ PULUMI_HOME }: NodeJS.ProcessEnv): string {
  return resolve(PULUMI_HOME || join(homedir(), ".pulumi"));
}

/**
 * Refuses a home that Pulumi could not create or write to, before an engine is looked for there, and downloaded.
 *
 * @throws UsageError
 */
export async function requireHome(environment: NodeJS.ProcessEnv): Promise<void> {
  const value = pulumiHome(environment);
  let place = value;
  while (!existsSync(place)) place = dirname(place);
  await atPath({ key: "PULUMI_HOME", value, fix: "name a folder that you can write to" }, async () => {
    await readdir(place);
    await access(place, constants.W_OK);
  });
}
