import { evaluate, type PlannedResource } from "../../automation/plan/evaluation";
import { isLeaf } from "../../automation/plan/resource-tree";
import { deployPipeline } from "../../components/program";
import { parseSettings } from "../../components/settings/read-settings";
import { type Base, configurationOf } from "./bases";

/** What a stack's program would create: resources of AWS, stack outputs. */
export interface Planned {
  readonly resources: readonly PlannedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** By the checked settings, which are all that a program depends on: many changes have a side in common. */
const known = new Map<string, Planned>();

/** Evaluates a stack's program offline, unless that has been done. */
export async function planOf(base: Base): Promise<Planned> {
  const { stack } = base;
  const values = configurationOf(base);
  const key = JSON.stringify(parseSettings({ stack, values }).settings);
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const config = Object.entries(values).map(([name, value]): [string, string] => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const place = { stack, accountId: "123456789012", region: "us-east-1" };
  const { resources, outputs } = await evaluate(place, Object.fromEntries(config), [], deployPipeline);
  const planned = { resources: resources.filter(isLeaf), outputs };
  known.set(key, planned);
  return planned;
}
