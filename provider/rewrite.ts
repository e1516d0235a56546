import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

/** What S3 has one of for a bucket, and takes as a whole only. */
export interface SharedDocument<Live> {
  readonly what: string;
  readonly get: () => Promise<Live>;
  readonly put: (live: Live) => Promise<void>;
  /** Ids or Sids of what is the pipeline's in it. */
  readonly ownNames: (live: Live) => readonly (string | undefined)[];
}

/** Milliseconds between a write and the look at what has become of it. */
export const LOOK_AGAIN_MS = 1_000;
const ATTEMPTS = 5;

/**
 * Reads, changes and writes. S3 has no conditional write of policies and notifications: their requests have no If-Match
 * (docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html). So it reads right before it writes, and looks afterwards whether
 * another writer, who had read before, has undone it. `change` starts from what the bucket has then.
 *
 * @throws Error where others undo it each time, and what `change` throws.
 */
export async function rewrite<Live>(
  { what, get, put, ownNames }: SharedDocument<Live>,
  change: (live: Live) => Live,
  lookAgainMs: number,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const live = await get();
    const wanted = change(live);
    if (isDeepStrictEqual(settled(live), settled(wanted))) return;
    await put(wanted);
    await sleep(lookAgainMs);
    // By names: S3 writes what it keeps in a form of its own.
    if (isDeepStrictEqual([...ownNames(await get())].sort(), [...ownNames(wanted)].sort())) return;
  }
  throw new Error(`others keep changing the bucket's ${what}: run it again once they have finished`);
}

/** S3 leaves out lists that are empty. */
function settled(live: unknown): unknown {
  if (typeof live !== "object" || live === null) return live;
  const isNothing = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(live).filter(([, value]) => !isNothing(value)));
}
