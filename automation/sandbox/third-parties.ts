import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  EntityAlreadyExistsException,
  IAMClient,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { parquetWriteBuffer } from "hyparquet-writer";
import { clientSettings, pathStyle } from "../aws/client-settings";
import { type AwsCredentialIdentity, answeredCredentials } from "../aws/credentials";
import { PipelineError } from "../errors";
import type { PipelineOutputs } from "../outputs";
import type { StackFile } from "../project/stack-file";
import { ORGANIZATION, SNOWFLAKE_USER } from "./project";

const USER_POLICY = "assume-roles";

/** Makes Snowflake's user in the emulator, which has no other account for it to live in, and returns its key. */
export async function createSnowflakeUser(file: StackFile): Promise<AwsCredentialIdentity> {
  const iam = new IAMClient(clientSettings(file, "iam"));
  const UserName = SNOWFLAKE_USER;
  await iam.send(new CreateUserCommand({ UserName })).catch((error: unknown) => {
    if (!(error instanceof EntityAlreadyExistsException)) throw error;
  });
  const mayAssume = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };
  await iam.send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName: USER_POLICY,
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [mayAssume] }),
    }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  iam.destroy();
  return answeredCredentials(AccessKey);
}

/** Takes the key away again, and the user that has no other. */
export async function removeSnowflakeUser(
  file: StackFile,
  { accessKeyId: AccessKeyId }: AwsCredentialIdentity,
): Promise<void> {
  const iam = new IAMClient(clientSettings(file, "iam"));
  const UserName = SNOWFLAKE_USER;
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  if (AccessKeyMetadata.length === 0) {
    await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: USER_POLICY }));
    await iam.send(new DeleteUserCommand({ UserName }));
  }
  iam.destroy();
}

/** Writes one file of each kind that Braintrust exports, with Braintrust's role. Returns their keys. */
export async function exportAsBraintrust(file: StackFile, outputs: PipelineOutputs): Promise<string[]> {
  const credentials = await assume(file, outputs.braintrustRoleArn, `bt:${ORGANIZATION}:sandbox`);
  const s3 = new S3Client({ ...clientSettings(file, "s3"), credentials, forcePathStyle: pathStyle(file) });
  const keys: string[] = [];
  for (const { name, url, format } of outputs.streams) {
    const prefix = url.slice(`s3://${outputs.bucketName}/`.length);
    const run = `${prefix}run-${randomBytes(4).toString("hex")}`;
    for (const [Key, Body] of Object.entries(exportFiles(run, name, format))) {
      await s3.send(new PutObjectCommand({ Bucket: outputs.bucketName, Key, Body }));
      keys.push(Key);
    }
  }
  s3.destroy();
  return keys;
}

/** Reads files with Snowflake's role and returns how many bytes each has. */
export async function readAsSnowflake(
  file: StackFile,
  outputs: PipelineOutputs,
  snowflake: AwsCredentialIdentity,
  keys: readonly string[],
): Promise<number[]> {
  const { snowflakeRoleArn, snowflakeExternalId, bucketName } = outputs;
  if (snowflakeRoleArn === undefined) throw new PipelineError("the stack has no role for Snowflake");
  const credentials = await assume(file, snowflakeRoleArn, snowflakeExternalId ?? "", snowflake);
  const s3 = new S3Client({ ...clientSettings(file, "s3"), credentials, forcePathStyle: pathStyle(file) });
  const sizes = keys.map(async (Key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucketName, Key }));
    return (await Body?.transformToByteArray())?.byteLength ?? 0;
  });
  const read = await Promise.all(sizes);
  s3.destroy();
  return read;
}

/** Takes events off the stack's own queue until each key was announced, or the time is up. Returns the keys seen. */
export async function receiveEvents(
  file: StackFile,
  { notificationQueueUrl: QueueUrl }: Pick<PipelineOutputs, "notificationQueueUrl">,
  keys: readonly string[],
  timeoutMs = 20_000,
): Promise<string[]> {
  if (QueueUrl === undefined) throw new PipelineError("the stack has no queue of its own to see events in");
  const sqs = new SQSClient(clientSettings(file, "sqs"));
  const seen = new Set<string>();
  const end = Date.now() + timeoutMs;
  while (Date.now() < end && keys.some((key) => !seen.has(key))) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body } of Messages) for (const key of eventKeys(Body)) seen.add(key);
    if (Messages.length > 0) {
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
  sqs.destroy();
  return [...seen];
}

/** Keys that an S3 event announces; they come form-encoded. S3's own test event announces none. */
function eventKeys(body: string | undefined): string[] {
  const event = JSON.parse(body ?? "{}") as { Records?: { s3?: { object?: { key?: string } } }[] };
  return (event.Records ?? []).flatMap(({ s3 }) =>
    s3?.object?.key === undefined ? [] : [decodeURIComponent(s3.object.key.replaceAll("+", " "))],
  );
}

async function assume(
  file: StackFile,
  RoleArn: string,
  ExternalId: string,
  as?: AwsCredentialIdentity,
): Promise<AwsCredentialIdentity> {
  const sts = new STSClient({ ...clientSettings(file, "sts"), ...(as ? { credentials: { ...as } } : {}) });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: "sandbox", ExternalId }),
  );
  sts.destroy();
  return answeredCredentials(Credentials);
}

function exportFiles(run: string, stream: string, format: "jsonl" | "parquet"): Record<string, Uint8Array> {
  const records = [1, 2, 3].map((number) => ({ id: `${stream}-${number}`, _xact_id: String(number) }));
  if (format === "parquet") {
    const columnData = (["id", "_xact_id"] as const).map((name) => ({
      name,
      data: records.map((record) => record[name]),
      type: "STRING" as const,
    }));
    return { [`${run}.parquet`]: new Uint8Array(parquetWriteBuffer({ columnData })) };
  }
  const lines = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return { [`${run}.jsonl`]: lines, [`${run}.jsonl.gz`]: gzipSync(lines) };
}
