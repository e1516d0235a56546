import { structureOf } from "../aws/provider-config";
import type { Found, Tags } from "./found";
import type { Gathered, Target } from "./judgement";

/**
 * Tags of others stay, by the provider's `ignoreTags`: the program has no tags but `aws:defaultTags`, so that the provider would remove
 * all others. pulumi.com/registry/packages/aws/api-docs/provider/#ignoretags
 *
 * @returns the value of `aws:ignoreTags`; `undefined` where it is to stay.
 */
export function keptTags(found: Found, { file, settings }: Target, gathered: Gathered): object | undefined {
  const { bucket, exportRole, exportPolicy, user, readerRole, readPolicy, queue, topic, trail } = found;
  const tagged = [bucket, exportRole, exportPolicy, user, readerRole, readPolicy, queue, topic, trail];
  const keys = new Set(tagged.flatMap((one) => Object.keys(one?.tags ?? ({} satisfies Tags))));
  for (const key of Object.keys(settings.defaultTags)) keys.delete(key);
  const given = structureOf(file.values, "ignoreTags");
  const ignored = typeof given === "object" && given !== null ? given : {};
  const before = "keys" in ignored && Array.isArray(ignored.keys) ? ignored.keys.map(String) : [];
  const added = [...keys].filter((key) => !before.includes(key)).sort();
  if (added.length === 0) return undefined;
  gathered.say("ok", "tags", `${added.join(", ")}: kept by aws:ignoreTags, on every resource of the stack`);
  return { ...ignored, keys: [...before, ...added] };
}
