import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import type { KnownFile, StoredFile } from "./states";

/** The part of S3 that lists. */
export interface Lister {
  listObjectsV2(
    input: ListObjectsV2CommandInput,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<Pick<ListObjectsV2CommandOutput, "Contents" | "EncodingType" | "NextContinuationToken">>;
}

/** Classes that COPY cannot read before they are restored. docs.snowflake.com/en/sql-reference/sql/copy-into-table */
const archives: readonly string[] = ["GLACIER", "DEEP_ARCHIVE"];

/** Since when, and from which size on, the lifecycle has archived an object: for lists that do not know storage classes. */
export interface ArchiveRule {
  readonly afterDays: number;
  readonly fromBytes: number;
}

/** S3 moves no smaller object, where no rule says another size. docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const LEAST_MOVED_BYTES = 128 * 1024;
const DAY_MS = 86_400_000;

/** What of a stack's settings says which objects are archived. */
interface LifecycleSettings {
  readonly existingBucket?: string | undefined;
  readonly lifecycle: {
    readonly profile: string;
    readonly glacierDays: number;
    readonly minimumObjectSizeBytes?: number | undefined;
  };
}

/** An existing bucket's lifecycle is not the stack's, and not known. */
export function archiveRuleOf({ existingBucket, lifecycle }: LifecycleSettings): ArchiveRule | undefined {
  if (existingBucket !== undefined || lifecycle.profile !== "archive") return undefined;
  return {
    afterDays: lifecycle.glacierDays,
    fromBytes: lifecycle.minimumObjectSizeBytes ?? LEAST_MOVED_BYTES,
  };
}

/** An object that Snowflake's answer lists. */
export function listedObject(
  { key, listed }: KnownFile,
  now: number,
  rule: ArchiveRule | undefined,
): StoredFile | undefined {
  if (listed === undefined) return undefined;
  const { bytes, modified, storageClass } = listed;
  const byAge = rule !== undefined && now - modified >= rule.afterDays * DAY_MS && bytes >= rule.fromBytes;
  return {
    key,
    bytes,
    modified,
    archived: storageClass === undefined ? byAge : archives.includes(storageClass),
  };
}

/** Every object below a prefix, in S3's order. */
export async function* storedFiles(
  s3: Lister,
  bucket: string,
  prefix: string,
  abortSignal?: AbortSignal,
): AsyncGenerator<StoredFile> {
  let token: string | undefined;
  do {
    const page = await s3.listObjectsV2(
      {
        Bucket: bucket,
        Prefix: prefix,
        ContinuationToken: token,
        // XML has no control characters, which a key may have. docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
        EncodingType: "url",
        OptionalObjectAttributes: ["RestoreStatus"],
      },
      { abortSignal },
    );
    for (const { Key = "", Size = 0, LastModified, StorageClass = "", RestoreStatus } of page.Contents ??
      []) {
      const isRestored = RestoreStatus?.RestoreExpiryDate !== undefined;
      yield {
        key: page.EncodingType === "url" ? decodeURIComponent(Key.replaceAll("+", " ")) : Key,
        bytes: Size,
        modified: LastModified?.getTime() ?? 0,
        archived: archives.includes(StorageClass) && !isRestored,
      };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}
