import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { Deployment, up } from "../../../automation";
import type { SandboxStack } from "../harness";
import { FakeCostExplorer } from "./cost-explorer";
import { mutationsOf } from "./mutations";
import { type Existing, ProviderPlugin } from "./plugin";

/** Which changes the provider makes by replacing the resource. */
export interface Replacements {
  /** Whose answers these are. */
  readonly provider: string;
  /** Type -> the properties whose change replaces. */
  readonly types: Readonly<Record<string, readonly string[]>>;
}

/** A resource of an exported state. */
interface Exported extends Existing {
  readonly type: string;
  readonly custom: boolean;
}

/**
 * Deploys a stack and asks the provider about each of its resources what it would do if each of its inputs were another.
 *
 * @param onRefused receives what the provider gives no answer to.
 */
export async function recordReplacements(
  stack: SandboxStack,
  onRefused: (what: string) => void,
): Promise<Replacements> {
  const costExplorer = await FakeCostExplorer.start();
  try {
    await addCostSettings(stack.target, costExplorer.endpoint);
    await up(stack.options);
  } finally {
    costExplorer.stop();
  }
  const resources = await deployed(stack);
  const plugin = await ProviderPlugin.start();
  try {
    const provider = resources.find(({ type }) => type === "pulumi:providers:aws");
    await plugin.configure(provider?.inputs ?? {});
    const types = new Map<string, Set<string>>();
    const judged = new Set<string>();
    for (const resource of resources) {
      const { type, custom, inputs } = resource;
      const shape = [type, ...Object.keys(inputs).sort()].join(" ");
      if (!custom || !type.startsWith("aws:") || judged.has(shape)) continue;
      judged.add(shape);
      const found = types.get(type) ?? new Set();
      for (const property of await replacing(plugin, resource, onRefused)) found.add(property);
      types.set(type, found);
    }
    const sorted = [...types].sort().map(([type, properties]) => [type, [...properties].sort()]);
    return { provider: await plugin.version(), types: Object.fromEntries(sorted) };
  } finally {
    plugin.stop();
  }
}

async function replacing(
  plugin: ProviderPlugin,
  existing: Exported,
  onRefused: (what: string) => void,
): Promise<string[]> {
  const { type, inputs } = existing;
  // What the emulator keeps back looks changed to the provider.
  const anyway = await plugin.replaces(existing, inputs);
  const properties: string[] = [];
  for (const { property, inputs: others } of mutationsOf(type, inputs)) {
    try {
      const replaces = await plugin.replaces(existing, others);
      if (replaces.some((key) => key === property || !anyway.includes(key))) properties.push(property);
    } catch (error) {
      onRefused(`${type} ${property}: ${String(error).split("\n")[0]}`);
    }
  }
  return properties;
}

async function deployed(stack: SandboxStack): Promise<Exported[]> {
  const { open } = await Deployment.open(stack.options);
  const { deployment } = await open.stack.exportStack();
  const resources: Partial<Exported>[] = deployment.resources.map(plain);
  return resources.map(({ urn = "", type = "", custom = false, id = "", inputs = {}, outputs = {} }) => ({
    urn,
    type,
    custom,
    id,
    inputs,
    outputs,
  }));
}

/** What the sandbox has no setting for: a tag for costs, and the endpoint of Cost Explorer. */
async function addCostSettings(
  { stack, workDir }: SandboxStack["target"],
  costexplorer: string,
): Promise<void> {
  const file = path.join(workDir, `Pulumi.${stack}.yaml`);
  const document = parseDocument(await fs.readFile(file, "utf8"));
  document.setIn(["config", "aws:endpoints"], JSON.stringify([{ costexplorer }]));
  document.setIn(["config", "aws:defaultTags"], { tags: { stack } });
  await fs.writeFile(file, document.toString());
}

/** The values of secrets in place of the engine's mark around them, as `stack export --show-secrets` has them. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("plaintext" in value) return JSON.parse(String(value.plaintext));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}
