import type { StreamOutput } from "../outputs";

/** A stream's folder as the keys of its objects begin. */
export function keyPrefixOf({ url }: Pick<StreamOutput, "url">): string {
  return url.replace(/^s3:\/\/[^/]+\//, "");
}
