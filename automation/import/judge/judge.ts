import type { Belonging } from "../belonging";
import type { Found, Names } from "../found";
import { judgeBucket } from "./bucket";
import { judgeEvents, judgeTrail } from "./events";
import { judgeIdentities } from "./identities";
import { Gathered, type Judgement, type Target } from "./judgement";
import { keptTags } from "./tags";

/** What was found, and what of it the stack does not manage yet. */
export interface Findings extends Belonging {
  readonly unmanaged: Found;
}

/** What becomes of everything that was found, and what was not. */
export function judge({ found, others, unmanaged }: Findings, names: Names, target: Target): Judgement {
  const gathered = new Gathered(target.file);
  judgeBucket(unmanaged, found, target, gathered);
  judgeIdentities(unmanaged, target, gathered);
  judgeEvents(unmanaged, target, gathered);
  judgeTrail(unmanaged, target, gathered);
  const tags = keptTags(unmanaged, target, gathered);
  if (tags !== undefined) gathered.settings.push({ path: ["aws:ignoreTags"], value: tags });
  for (const { name, why } of others) {
    gathered.say("skipped", name, `not imported: it ${why}`, "to import it, name it by its option");
  }
  for (const [name, one] of [
    [`bucket ${names.bucket ?? ""}`.trim(), found.bucket],
    [`role ${names.exportRole}`, found.exportRole],
    [`policy ${names.exportPolicy}`, found.exportPolicy],
    [`policy ${names.readPolicy}`, found.readPolicy],
    [`user ${names.user}`, found.user ?? found.readerRole],
    [`queue ${names.queue}`, found.queue ?? found.topic],
  ] as const) {
    if (one !== undefined || others.some((other) => other.name === name)) continue;
    gathered.say("skipped", name, "not found: `up` creates one if it needs it");
  }
  return gathered;
}
