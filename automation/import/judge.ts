import type { Found, Names } from "./found";
import { judgeBucket } from "./judge-bucket";
import { judgeEvents, judgeTrail } from "./judge-events";
import { judgeIdentities } from "./judge-identities";
import { keptTags } from "./judge-tags";
import { Gathered, type Judgement, type Target } from "./judgement";

/** What was found, and what of it the stack does not manage yet. */
export interface Findings {
  readonly found: Found;
  readonly unmanaged: Found;
}

/** What becomes of everything that was found, and what was not. */
export function judge({ found, unmanaged }: Findings, names: Names, target: Target): Judgement {
  const gathered = new Gathered(target.file);
  judgeBucket(unmanaged, found, target, gathered);
  judgeIdentities(unmanaged, target, gathered);
  judgeEvents(unmanaged, target, gathered);
  judgeTrail(unmanaged, target, gathered);
  const tags = keptTags(unmanaged, target, gathered);
  if (tags !== undefined) gathered.settings.push({ path: ["aws:ignoreTags"], value: tags });
  for (const [what, name, one] of [
    ["bucket", names.bucket, found.bucket],
    ["role", names.exportRole, found.exportRole],
    ["policy", names.exportPolicy, found.exportPolicy],
    ["policy", names.readPolicy, found.readPolicy],
    ["user", names.user, found.user ?? found.readerRole],
    ["queue", names.queue, found.queue ?? found.topic],
  ] as const) {
    if (one === undefined) {
      gathered.say(
        "skipped",
        name === undefined ? what : `${what} ${name}`,
        "not found: `up` creates one if it needs it",
      );
    }
  }
  return gathered;
}
