import { structureOf } from "../../aws/provider-config";
import { definedOf, type Found } from "../found";
import type { Gathered, Target } from "./judgement";

/**
 * Tags of others stay, by the provider's `ignoreTags`: the program has no tags but `aws:defaultTags`, so that the provider would remove
 * all others. pulumi.com/registry/packages/aws/api-docs/provider/#ignoretags
 *
 * @returns the value of `aws:ignoreTags`; `undefined` where it is to stay.
 */
export function keptTags(found: Found, { file, settings }: Target, gathered: Gathered): object | undefined {
  const tags = Object.values(definedOf(found)).flatMap((one) => Object.entries(one?.tags ?? {}));
  const { defaultTags } = settings;
  const keys = new Set(tags.map(([key]) => key).filter((key) => !(key in defaultTags)));
  const changed = tags.filter(([key, value]) => key in defaultTags && defaultTags[key] !== value);
  for (const [key, value] of new Map(changed)) {
    gathered.say("warn", "tags", `${key}: ${value} becomes ${defaultTags[key]} by aws:defaultTags`);
  }
  const given = structureOf(file.values, "ignoreTags");
  const ignored = typeof given === "object" && given !== null ? given : {};
  const before = "keys" in ignored && Array.isArray(ignored.keys) ? ignored.keys.map(String) : [];
  const added = [...keys].filter((key) => !before.includes(key)).sort();
  if (added.length === 0) return undefined;
  gathered.say("ok", "tags", `${added.join(", ")}: kept by aws:ignoreTags, on every resource of the stack`);
  return { ...ignored, keys: [...before, ...added] };
}
