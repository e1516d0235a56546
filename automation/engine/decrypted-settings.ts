import type { Settings } from "../../components/settings/settings";
import { settingsOf } from "../project/stack-file";
import { commandError } from "./engine-errors";
import type { OpenStack } from "./workspace";

/** Settings as the program reads them, and the texts among them that stand encrypted in the stack's file. */
export interface DecryptedSettings {
  readonly settings: Settings;
  readonly decrypted: readonly string[];
}

/**
 * The settings with the values behind their encryption, which the engine alone can read.
 *
 * @throws UsageError where an encrypted value breaks a rule.
 */
export async function decryptedSettings({ stack, file, settings }: OpenStack): Promise<DecryptedSettings> {
  if (file.encrypted.length === 0) return { settings, decrypted: [] };
  const all = await stack.getAllConfig().catch((error: unknown) => {
    throw commandError(stack.name, "configuration", error);
  });
  const config = Object.entries(all);
  const values = Object.fromEntries(config.map(([key, { value }]) => [key, value]));
  const decrypted = file.encrypted.map((path) => textAt(values, path)).filter((text) => text !== undefined);
  return { settings: settingsOf({ ...file, values }), decrypted };
}

/** The text at `namespace:key.inner`, where the engine's value of the key is JSON. */
function textAt(values: Readonly<Record<string, string>>, path: string): string | undefined {
  const [key = "", ...inner] = path.split(/[.[\]]+/).filter(Boolean);
  const value = values[key];
  if (value === undefined || inner.length === 0) return value;
  let found: unknown = JSON.parse(value);
  for (const name of inner) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return typeof found === "string" ? found : undefined;
}
