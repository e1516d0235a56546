import type { NotificationConfiguration } from "@aws-sdk/client-s3";
import { orAbsent } from "../../aws/aws-errors";
import { clientSettings, pathStyle } from "../../aws/client-settings";
import type { StackFile } from "../../project/stack-file";
import type { CallerIdentity } from "./credentials";

/** What is requested of AWS before an update. Each call throws AWS's own errors. */
export interface PreflightAws {
  identity(signal: AbortSignal): Promise<CallerIdentity>;
  /** Status that HeadBucket answers with: 200, 301, 403 or 404. */
  bucketStatus(bucket: string, signal: AbortSignal): Promise<number>;
  notification(bucket: string, signal: AbortSignal): Promise<NotificationConfiguration>;
  /** `undefined` where the bucket has no policy. */
  policy(bucket: string, signal: AbortSignal): Promise<string | undefined>;
}

/** AWS as the stack's provider reaches it. Each call is tried once: a deadline stands above all of them. */
export async function preflightAws(file: StackFile): Promise<PreflightAws> {
  const [s3Module, stsModule] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/client-sts"),
  ]);
  const once = { maxAttempts: 1 };
  const sts = new stsModule.STS({ ...clientSettings(file, "sts"), ...once });
  const s3 = new s3Module.S3({
    ...clientSettings(file, "s3"),
    ...once,
    forcePathStyle: pathStyle(file),
    // Of one client, so that a role is assumed, or a process run, once.
    credentials: sts.config.credentials,
  });
  return {
    async identity(abortSignal) {
      const { Account = "", Arn = "" } = await sts.getCallerIdentity({}, { abortSignal });
      const { expiration } = await sts.config.credentials();
      const expires = process.env.AWS_CREDENTIAL_EXPIRATION;
      const fixed = typeof clientSettings(file, "sts").credentials === "object";
      return {
        account: Account,
        arn: Arn,
        region: await s3.config.region(),
        expiration: fixed && expires ? new Date(expires) : expiration,
        renewed: !fixed,
      };
    },
    async bucketStatus(Bucket, abortSignal) {
      try {
        await s3.headBucket({ Bucket }, { abortSignal });
        return 200;
      } catch (error) {
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (status === undefined) throw error;
        return status;
      }
    },
    notification: (Bucket, abortSignal) => s3.getBucketNotificationConfiguration({ Bucket }, { abortSignal }),
    async policy(Bucket, abortSignal) {
      const answer = s3.getBucketPolicy({ Bucket }, { abortSignal });
      return (await orAbsent(answer, "NoSuchBucketPolicy"))?.Policy;
    },
  };
}
