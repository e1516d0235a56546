import { awsCall } from "../../aws/aws-call";
import { clientSettings } from "../../aws/client-settings";

/** A folder of a backend. */
export interface BackendFiles {
  names(): Promise<readonly string[]>;
  read(name: string): Promise<Uint8Array>;
}

/**
 * A folder of an S3 backend, reached as the engine reaches it: by the environment's credentials and by what the URL says of
 * region, profile, endpoint and path style (gocloud.dev/howto/blob/#s3 and gocloud.dev/aws, V2ConfigFromURLParams).
 *
 * @param folder in the backend.
 */
export async function bucketFiles(url: string, folder: string): Promise<BackendFiles> {
  const { hostname: Bucket, pathname, searchParams } = new URL(url);
  const option = (...names: string[]) =>
    names.map((name) => searchParams.get(name)).find((value) => value !== null) ?? undefined;
  const endpoint = option("endpoint");
  const values = {
    "aws:region": option("region") ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    "aws:profile": option("profile"),
    ...(endpoint && {
      "aws:endpoints": [{ s3: endpoint.includes("://") ? endpoint : `https://${endpoint}` }],
    }),
  };
  const { GetObjectCommand, paginateListObjectsV2, S3Client } = await import("@aws-sdk/client-s3");
  const forcePathStyle = option("use_path_style", "s3ForcePathStyle") === "true";
  const client = new S3Client({ ...clientSettings({ values }, "s3"), forcePathStyle });
  const Prefix = `${pathname.slice(1)}${pathname.length > 1 && !pathname.endsWith("/") ? "/" : ""}${folder}/`;
  return {
    names: () =>
      awsCall("s3:ListBucket", async () => {
        const names: string[] = [];
        for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
          names.push(...Contents.map(({ Key = "" }) => Key.slice(Prefix.length)));
        }
        return names;
      }),
    read: (name) =>
      awsCall("s3:GetObject", async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: `${Prefix}${name}` }));
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      }),
  };
}
