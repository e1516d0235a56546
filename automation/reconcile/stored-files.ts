import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import type { StoredFile } from "./states";

/** The part of S3 that lists. */
export interface Lister {
  listObjectsV2(
    input: ListObjectsV2CommandInput,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<Pick<ListObjectsV2CommandOutput, "Contents" | "NextContinuationToken">>;
}

/** Classes that COPY cannot read before they are restored. docs.snowflake.com/en/sql-reference/sql/copy-into-table */
const archives: readonly string[] = ["GLACIER", "DEEP_ARCHIVE"];

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
        OptionalObjectAttributes: ["RestoreStatus"],
      },
      abortSignal === undefined ? {} : { abortSignal },
    );
    for (const { Key = "", Size = 0, LastModified, StorageClass = "", RestoreStatus } of page.Contents ??
      []) {
      const isRestored = RestoreStatus?.RestoreExpiryDate !== undefined;
      yield {
        key: Key,
        bytes: Size,
        modified: LastModified?.getTime() ?? 0,
        archived: archives.includes(StorageClass) && !isRestored,
      };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}
