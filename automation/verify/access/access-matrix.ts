import { dnsSuffix } from "../../../components/settings/partitions";
import { foreignEncryption } from "../../../components/storage/bucket-policy";
import type { Subject } from "../subject";

/** One line of the access matrix: what somebody may do, or may not. */
export interface Question {
  /** Stable: `<who>-<what>`. */
  readonly name: string;
  readonly title: string;
  readonly principalArn: string;
  readonly actions: readonly string[];
  readonly resourceArn: string;
  /** What the request also says of itself: condition key -> value. */
  readonly context: Readonly<Record<string, string>>;
  /** `refused` by an explicit Deny, which no other Allow undoes; `denied` for want of an Allow is enough elsewhere. */
  readonly expected: "allowed" | "denied" | "refused";
}

/** Every allow and every deny of the pipeline's two identities. */
export function accessMatrix(subject: Subject): Question[] {
  return [...writerQuestions(subject), ...readerQuestions(subject)];
}

const administration = [
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketNotification",
  "s3:PutBucketPolicy",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketVersioning",
  "s3:PutEncryptionConfiguration",
  "s3:PutLifecycleConfiguration",
];

function writerQuestions(subject: Subject): Question[] {
  const { outputs, settings, writerArn } = subject;
  const { inside, outside, bucket, elsewhere } = places(subject);
  const standard = settings.braintrust.permissions === "standard";
  const asStandard = standard ? "allowed" : "denied";
  const may = standard ? "may" : "may not";
  const put = ["s3:PutObject"];
  return [
    ask("write", "may write below the prefix", [...put, "s3:AbortMultipartUpload"], inside, "allowed"),
    ask("write-outside", "may not write outside the prefix", put, outside, "denied"),
    ask("read", `${may} read below the prefix`, ["s3:GetObject"], inside, asStandard),
    ask("read-outside", "may not read outside the prefix", ["s3:GetObject"], outside, "denied"),
    ask("delete", "may delete below the prefix", ["s3:DeleteObject"], inside, "allowed"),
    ask("delete-outside", "may not delete outside the prefix", ["s3:DeleteObject"], outside, "denied"),
    ask("delete-version", `${may} delete a version`, ["s3:DeleteObjectVersion"], inside, asStandard),
    ...listing(bucket, outputs.exportPrefix, elsewhere),
    ask("administer", "may not change the bucket's settings", administration, bucket, "denied"),
    ask("plain-http", "may not write over plain HTTP", put, inside, "refused", plainHttp),
    ...(foreignEncryption(settings.existingBucket, outputs.kmsKeyArn)
      ? []
      : [
          ask("foreign-key", "may not write under another key", put, inside, "refused", {
            "s3:x-amz-server-side-encryption": "aws:kms",
            "s3:x-amz-server-side-encryption-aws-kms-key-id": foreignKey(subject),
          }),
        ]),
    ...keyQuestions(subject, "encrypt", ["kms:GenerateDataKey", "kms:Decrypt"]),
  ].map((question) => ({
    ...question,
    principalArn: writerArn,
    name: `braintrust-${question.name}`,
    title: `Braintrust's role ${question.title}`,
  }));
}

function readerQuestions(subject: Subject): Question[] {
  const { outputs, readerArn, settings } = subject;
  const { inside, outside, bucket, elsewhere } = places(subject);
  const { network } = settings.snowflake;
  const fromThere = networkContext(network);
  const read = ["s3:GetObject", "s3:GetObjectVersion"];
  return [
    ask("read", "may read below the prefix", read, inside, "allowed"),
    ask("read-outside", "may not read outside the prefix", read, outside, "denied"),
    ask("locate", "may ask for the bucket's region", ["s3:GetBucketLocation"], bucket, "allowed"),
    ...listing(bucket, outputs.exportPrefix, elsewhere),
    ask("write", "may not write", ["s3:PutObject"], inside, "denied"),
    ask("delete", "may not delete", ["s3:DeleteObject", "s3:DeleteObjectVersion"], inside, "denied"),
    ask("administer", "may not change the bucket's settings", administration, bucket, "denied"),
    ask("plain-http", "may not read over plain HTTP", ["s3:GetObject"], inside, "refused", plainHttp),
    ...(network === undefined
      ? []
      : [
          ask("elsewhere", "may not read from other networks", read, inside, "refused", {
            "aws:SourceVpc": "vpc-00000000",
            "aws:SourceVpce": "vpce-00000000",
          }),
        ]),
    ...keyQuestions(subject, "decrypt", ["kms:Decrypt"]),
    ...(outputs.kmsKeyArn === undefined
      ? []
      : [
          ask(
            "encrypt",
            "may not encrypt",
            ["kms:GenerateDataKey"],
            outputs.kmsKeyArn,
            "denied",
            viaS3(subject),
          ),
        ]),
  ].map((question) => ({
    ...question,
    principalArn: readerArn,
    context: { ...fromThere, ...question.context },
    name: `snowflake-${question.name}`,
    title: `Snowflake's reader ${question.title}`,
  }));
}

type Asked = Omit<Question, "principalArn">;

function ask(
  name: string,
  title: string,
  actions: readonly string[],
  resourceArn: string,
  expected: Question["expected"],
  context: Question["context"] = {},
): Asked {
  return { name, title, actions, resourceArn, expected, context };
}

/** A request that comes from the first of the networks; none of any where there is no restriction. */
function networkContext(network: Subject["settings"]["snowflake"]["network"]): Record<string, string> {
  const [vpc] = network?.vpcIds ?? [];
  const [endpoint] = network?.vpcEndpointIds ?? [];
  if (vpc !== undefined) return { "aws:SourceVpc": vpc };
  return endpoint === undefined ? {} : { "aws:SourceVpce": endpoint };
}

const plainHttp = { "aws:SecureTransport": "false" };

function listing(bucket: string, prefix: string, elsewhere: string): Asked[] {
  const list = ["s3:ListBucket"];
  return [
    ask("list", "may list the prefix", list, bucket, "allowed", { "s3:prefix": prefix }),
    ask("list-elsewhere", "may not list another prefix", list, bucket, "denied", { "s3:prefix": elsewhere }),
    ask("list-all", "may not list the whole bucket", list, bucket, "denied"),
  ];
}

function keyQuestions(subject: Subject, name: string, actions: readonly string[]): Asked[] {
  const { kmsKeyArn } = subject.outputs;
  if (kmsKeyArn === undefined) return [];
  return [
    ask(`${name}-by-s3`, `may ${name} through S3`, actions, kmsKeyArn, "allowed", viaS3(subject)),
    ask(`${name}-directly`, "may not use the key but through S3", actions, kmsKeyArn, "denied"),
  ];
}

function viaS3({ outputs, partition }: Subject): Record<string, string> {
  return { "kms:ViaService": `s3.${outputs.bucketRegion}.${dnsSuffix(partition)}` };
}

function foreignKey({ partition, accountId, outputs }: Subject): string {
  return `arn:${partition}:kms:${outputs.bucketRegion}:${accountId}:key/ffffffff-ffff-4fff-8fff-ffffffffffff`;
}

/** A prefix that no export prefix covers, whatever it is. */
function places({ outputs: { bucketArn, exportPrefix } }: Subject) {
  const elsewhere = `not-${exportPrefix}`;
  return {
    bucket: bucketArn,
    inside: `${bucketArn}/${exportPrefix}_verify/probe`,
    outside: `${bucketArn}/${elsewhere}probe`,
    elsewhere,
  };
}
