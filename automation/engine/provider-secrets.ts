import type { Stack } from "@pulumi/pulumi/automation";
import type { StackFile } from "../project/stack-file";
import { commandError } from "./engine-errors";

/**
 * A stack's file with the provider's encrypted configuration in plain, such as `aws:secretKey`: clients of AWS need it to be whom
 * the provider is. Costs a call of the CLI, and only where there is such configuration.
 */
export async function withProviderSecrets(
  file: StackFile,
  stack: Pick<Stack, "name" | "getAllConfig">,
): Promise<StackFile> {
  const keys = new Set(file.encrypted.map((at) => at.split(/[.[]/)[0] ?? at));
  const ofProvider = [...keys].filter((key) => key.startsWith("aws:"));
  if (ofProvider.length === 0) return file;
  const config = await stack.getAllConfig().catch((error: unknown) => {
    throw commandError(stack.name, "configuration", error);
  });
  const decrypted = ofProvider.map((key) => [key, config[key]?.value]);
  return { ...file, values: { ...file.values, ...Object.fromEntries(decrypted) } };
}
