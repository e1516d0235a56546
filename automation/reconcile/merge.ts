import { PipelineError, UsageError } from "../errors";
import { compareUtf8 } from "./byte-order";
import type { KnownFile, StoredFile } from "./states";

/** A file by what S3 and Snowflake know of it; at least one of them knows it. */
export interface Pair {
  readonly stored?: StoredFile | undefined;
  readonly known?: KnownFile | undefined;
}

/**
 * Merges two lists that are in the order of UTF-8 bytes, without keeping either.
 *
 * @throws PipelineError and UsageError where a list is in another order.
 */
export async function* mergeFiles(
  stored: AsyncIterable<StoredFile>,
  known: AsyncIterable<KnownFile>,
): AsyncGenerator<Pair> {
  const left = inOrder(stored, (what) => new PipelineError(`S3's listing ${what}`));
  const right = knownInOrder(known);
  try {
    let one = await left.next();
    let other = await right.next();
    while (!one.done || !other.done) {
      const order = one.done ? 1 : other.done ? -1 : compareUtf8(one.value.key, other.value.key);
      yield {
        stored: order <= 0 && !one.done ? one.value : undefined,
        known: order >= 0 && !other.done ? other.value : undefined,
      };
      if (order <= 0) one = await left.next();
      if (order >= 0) other = await right.next();
    }
  } finally {
    await Promise.all([left.return(undefined), right.return(undefined)]);
  }
}

/** @throws UsageError where the answer is in another order, or has a file twice. */
export function knownInOrder(known: AsyncIterable<KnownFile>): AsyncGenerator<KnownFile, undefined> {
  return inOrder(
    known,
    (what) =>
      new UsageError(`Snowflake's answer ${what}: pass what one query answers, whole and in its order`),
  );
}

async function* inOrder<File extends { readonly key: string }>(
  files: AsyncIterable<File>,
  mistake: (what: string) => Error,
): AsyncGenerator<File, undefined> {
  let before: string | undefined;
  for await (const file of files) {
    if (before !== undefined && compareUtf8(before, file.key) >= 0) {
      throw mistake(
        `is not in the order of its bytes, ${JSON.stringify(file.key)} comes after ${JSON.stringify(before)}`,
      );
    }
    before = file.key;
    yield file;
  }
  return undefined;
}
