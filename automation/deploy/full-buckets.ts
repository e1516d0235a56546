import { clientSettings, pathStyle } from "../aws/client-settings";
import type { ResourceState } from "../engine/state/state";
import { messageOf, PipelineError, throwMistake } from "../errors";
import type { StackFile } from "../project/stack-file";

/**
 * Refuses a deletion that would stop half-way at a bucket with objects: S3 deletes no such bucket, and Pulumi empties it only
 * where `forceDestroy` says so in the state.
 *
 * @param resources to be deleted.
 * @param onNote receives which bucket could not be read; the deletion is not refused for that.
 * @throws PipelineError naming each bucket that holds objects or versions.
 */
export async function refuseFullBuckets(
  file: StackFile,
  resources: readonly ResourceState[],
  onNote: (message: string) => void,
): Promise<void> {
  const kept = resources
    .filter(({ type, inputs }) => type === "aws:s3/bucket:Bucket" && inputs?.forceDestroy !== true)
    .map(({ outputs }) => String(outputs?.bucket));
  if (kept.length === 0) return;
  const { ListObjectVersionsCommand, S3Client } = await import("@aws-sdk/client-s3");
  const s3 = new S3Client({ ...clientSettings(file, "s3"), forcePathStyle: pathStyle(file) });
  const full: string[] = [];
  for (const Bucket of kept) {
    try {
      const { Versions, DeleteMarkers } = await s3.send(
        new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }),
      );
      if (Versions?.length || DeleteMarkers?.length) full.push(Bucket);
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchBucket") continue;
      throwMistake(error);
      onNote(`${Bucket} could not be looked into (s3:ListBucketVersions): ${messageOf(error)}`);
    }
  }
  s3.destroy();
  if (full.length === 0) return;
  throw new PipelineError(
    `${full.join(" and ")} still hold${full.length === 1 ? "s" : ""} objects or versions: empty ` +
      `${full.length === 1 ? "it" : "them"} yourself, or first run \`up\` with forceDestroy set to true and nothing else ` +
      "changed, which lets Pulumi delete every object",
  );
}
