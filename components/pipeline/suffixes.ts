import * as pulumi from "@pulumi/pulumi";
import { refuse } from "./argument-rules";

interface Taken {
  readonly name: string;
  readonly suffix: string;
  readonly provider: pulumi.ProviderResource | undefined;
}

/** Suffixes of each run of a program. */
const suffixes = new WeakMap<object, Taken[]>();
let pluginRun: object | undefined;

/** Says that this process is the plugin, which runs no program and lives for one run of somebody else's. */
export function startPluginRun(): void {
  pluginRun ??= {};
}

/**
 * Takes a suffix for a pipeline: names in AWS end in it, and an account has most of them once. Where neither a program nor
 * the plugin runs, as in a unit test with Pulumi's mocks, nothing says where a run ends, and any suffix may be taken.
 *
 * @throws RunError if another pipeline of the program has it, with the same AWS provider.
 */
export function takeSuffix(pipeline: pulumi.Resource, name: string, suffix: string): void {
  const run = pulumi.runtime.getStackResource() ?? pluginRun;
  if (run === undefined) return;
  const provider = pipeline.getProvider("aws:s3/bucket:Bucket");
  const taken = suffixes.get(run) ?? [];
  suffixes.set(run, [...taken, { name, suffix, provider }]);
  // The plugin sees a pipeline once in the preview and once in the update.
  const other = taken.find(
    (each) => each.suffix === suffix && each.provider === provider && each.name !== name,
  );
  if (other === undefined) return;
  const rule = `is the suffix of ExportPipeline "${other.name}" too, and their names in AWS would be the same`;
  refuse(name, [
    { key: "suffix", value: JSON.stringify(suffix), rule, fix: "give each pipeline a suffix of its own" },
  ]);
}
