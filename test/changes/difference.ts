import { isDeepStrictEqual } from "node:util";
import type { PlannedResource } from "../../automation/plan/evaluation";
import { lossByReplacement, lossOf } from "../../components/stateful";
import { SHARED_NOTIFICATION, SHARED_POLICY } from "../../components/storage/share-names";
import replacements from "../engine/fake-provider/replacements.json";
import type { Planned } from "./plans";

/** What becomes of a stack's resources. Those that are in none of these stay as they are. */
export interface Difference {
  readonly created: readonly PlannedResource[];
  readonly deleted: readonly PlannedResource[];
  readonly updated: readonly Altered[];
  readonly replaced: readonly Altered[];
  /** Resources that Pulumi protects on one side alone; an update sends nothing to AWS for that. */
  readonly protection: readonly PlannedResource[];
  /** Stack outputs that change, by name. */
  readonly outputs: readonly string[];
}

/** A resource that both plans have, with different inputs. */
export interface Altered {
  readonly before: PlannedResource;
  readonly after: PlannedResource;
}

/** What an update does that goes from one plan to the other. */
export function differenceOf(from: Planned, to: Planned): Difference {
  const before = new Map(from.resources.map((resource) => [resource.urn, resource]));
  const after = new Set(to.resources.flatMap(({ urn }) => [urn, aliasOf(urn)]));
  const protection = to.resources.filter(
    ({ urn, protect }) => (before.get(urn)?.protect ?? protect) !== protect,
  );
  const altered = to.resources.flatMap((resource): Altered[] => {
    const earlier = before.get(resource.urn) ?? before.get(aliasOf(resource.urn));
    const same = earlier === undefined || isDeepStrictEqual(earlier.inputs, resource.inputs);
    return same ? [] : [{ before: earlier, after: resource }];
  });
  return {
    created: to.resources.filter(({ urn }) => !before.has(urn) && !before.has(aliasOf(urn))),
    deleted: from.resources.filter(({ urn }) => !after.has(urn)),
    updated: altered.filter((each) => !isReplaced(each)),
    replaced: altered.filter(isReplaced),
    protection,
    outputs: differing(from.outputs, to.outputs),
  };
}

/** Resources that lose data or an identity: the update needs `--allow-loss`. */
export function lossesOf({ deleted, replaced }: Difference): PlannedResource[] {
  return [
    ...deleted.filter(({ urn }) => lossOf(urn) !== undefined),
    ...replaced.map(({ before }) => before).filter(({ urn }) => lossByReplacement(urn) !== undefined),
  ];
}

/** All that is done, a line each. */
export function stepsOf({ created, deleted, updated, replaced }: Difference): string[] {
  const inputs = ({ before, after }: Altered) => differing(before.inputs, after.inputs).join(", ");
  return [
    ...created.map(({ name }) => `create ${name}`),
    ...deleted.map(({ name }) => `delete ${name}`),
    ...updated.map((each) => `update ${each.after.name}: ${inputs(each)}`),
    ...replaced.map((each) => `replace ${each.after.name}: ${inputs(each)}`),
  ];
}

/** Types whose resources adopt those of another type, and are replaced by the same: the provider of shared buckets says so. */
const adopting: Readonly<Record<string, string>> = {
  [SHARED_POLICY]: "aws:s3/bucketPolicy:BucketPolicy",
  [SHARED_NOTIFICATION]: "aws:s3/bucketNotification:BucketNotification",
};

/** The URN that a resource would have by the type that it adopts; its own where it adopts none. */
function aliasOf(urn: string): string {
  const [type = ""] = Object.keys(adopting).filter((each) => urn.includes(`$${each}::`));
  return urn.replace(`$${type}::`, `$${adopting[type]}::`);
}

function isReplaced({ before, after }: Altered): boolean {
  const { type, inputs } = after;
  const recorded: Readonly<Record<string, readonly string[]>> = replacements.types;
  // A component of awsx: its own resources are not in an offline plan.
  const replacing = type.startsWith("awsx:") ? [] : recorded[adopting[type] ?? type];
  if (replacing === undefined) throw new Error(`${type}: what replaces it is not in replacements.json`);
  return differing(before.inputs, inputs).some((input) => replacing.includes(input));
}

type Properties = Readonly<Record<string, unknown>>;

function differing(one: Properties, other: Properties): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => !isDeepStrictEqual(one[name], other[name]));
}
