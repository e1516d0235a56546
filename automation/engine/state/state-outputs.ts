import type { OutputMap, Stack } from "@pulumi/pulumi/automation";
import { decryptedState, exportState } from "./exported-state";
import { parseState, type ResourceState } from "./state";

/** Marks a secret in a state. www.pulumi.com/docs/iac/concepts/secrets; sdk/go/common/resource/sig */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/**
 * A stack's outputs, in plain. `Stack.outputs` makes two calls of the CLI for them; this one, and none where none is secret and the
 * backend is a folder.
 *
 * @throws UnreadableStateError for a state of a shape unknown here.
 */
export async function readOutputs(stack: Stack): Promise<OutputMap> {
  const encrypted = rootOutputs(parseState(stack.name, await exportState(stack)).resources);
  const plain = hasSecret(encrypted)
    ? rootOutputs(parseState(stack.name, await decryptedState(stack)).resources)
    : encrypted;
  return Object.fromEntries(
    Object.entries(plain).map(([name, value]) => [
      name,
      { value: revealed(value), secret: hasSecret(value) },
    ]),
  );
}

function rootOutputs(resources: readonly ResourceState[]): Readonly<Record<string, unknown>> {
  return resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

function hasSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecret(value) || Object.values(value).some(hasSecret);
}

function revealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return revealed(JSON.parse(value.plaintext ?? "null"));
  if (Array.isArray(value)) return value.map(revealed);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revealed(each)]));
}

function isSecret(value: object): value is { readonly plaintext?: string } {
  return SIGNATURE in value && value[SIGNATURE] === SECRET;
}
