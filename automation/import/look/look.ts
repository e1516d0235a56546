import { clientSettings, pathStyle } from "../../aws/client-settings";
import { awsLookups } from "../../deploy/recovery/aws-lookups";
import { UsageError } from "../../errors";
import type { StackFile } from "../../project/stack-file";
import { bucketOf } from "../belonging";
import type { Found, FoundPolicy, FoundRole, Names } from "../found";
import type { NameOptions } from "../names";
import { findBucket } from "./bucket";
import { findQueue, findTopic, findTrail } from "./events";
import { findPolicy, findRole, findUser } from "./identities";

/**
 * Looks for what was created by hand, as the stack's provider would find it. Changes nothing.
 *
 * @throws AwsCallError where AWS does not answer; UsageError where nothing says which bucket it is.
 */
export async function lookFor(file: StackFile, names: Names, chosen: NameOptions): Promise<Found> {
  const [{ S3 }, { IAM }, { SQS }, { SNS }, { KMS }, { CloudTrail }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/client-iam"),
    import("@aws-sdk/client-sqs"),
    import("@aws-sdk/client-sns"),
    import("@aws-sdk/client-kms"),
    import("@aws-sdk/client-cloudtrail"),
  ]);
  const iam = new IAM(clientSettings(file, "iam"));
  const account = await awsLookups(file).account();
  const [exportRole, aPolicy, user, anotherPolicy, queue, topic] = await Promise.all([
    findRole(iam, names.exportRole),
    findPolicy(iam, names.exportPolicy),
    findUser(iam, names.user),
    findPolicy(iam, names.readPolicy),
    findQueue(new SQS(clientSettings(file, "sqs")), names.queue),
    findTopic(new SNS(clientSettings(file, "sns")), account, names.topic),
  ]);
  const exportPolicy = policyOf(aPolicy, exportRole, chosen.exportPolicy);
  const givenReader = chosen.readerRole === undefined ? undefined : await findRole(iam, chosen.readerRole);
  const readPolicy = policyOf(anotherPolicy, givenReader, chosen.readPolicy);
  const bucketName = names.bucket ?? bucketOf(exportPolicy, readPolicy);
  if (bucketName === undefined) {
    throw new UsageError(
      "which bucket is it? No policy that was found names one: pass --bucket <name>, or set bucketName",
    );
  }
  const s3 = new S3({
    ...clientSettings(file, "s3"),
    forcePathStyle: pathStyle(file),
    followRegionRedirects: true,
  });
  const reader = readPolicy?.roles[0];
  const [bucket, readerRole, trail] = await Promise.all([
    findBucket(s3, new KMS(clientSettings(file, "kms")), bucketName),
    givenReader ?? (reader === undefined ? undefined : findRole(iam, reader)),
    names.trail === undefined
      ? undefined
      : findTrail(
          new CloudTrail(clientSettings(file, "cloudtrail")),
          names.trail,
          `arn:${account.partition}:s3:::${bucketName}`,
        ),
  ]);
  return { account, bucket, exportRole, exportPolicy, user, readerRole, readPolicy, queue, topic, trail };
}

/** A policy under a name that nobody chose is that of the role only where the role has it: an account may have several pipelines. */
function policyOf(
  policy: FoundPolicy | undefined,
  role: FoundRole | undefined,
  chosen: string | undefined,
): FoundPolicy | undefined {
  const isAttached = role?.attached.some(({ arn }) => arn === policy?.arn) ?? true;
  return chosen === undefined && !isAttached ? undefined : policy;
}
