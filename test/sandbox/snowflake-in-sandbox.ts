import type { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";
import { STS } from "@aws-sdk/client-sts";
import { clientSettings } from "../../automation/aws/client-settings";
import { createSnowflakeUser } from "../../automation/sandbox/third-parties";
import type { Aws } from "../snowflake/account/account";
import { createChannel, type SandboxStack } from "./harness";

/** What an S3 event says of the object: docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
interface S3Event {
  readonly Records?: readonly {
    readonly s3: { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } };
  }[];
}

/** The emulator as a Snowflake account meets it: its user assumes roles, reads by them, and its queue takes events. */
export async function snowflakeIn(stack: SandboxStack, queueName: string): Promise<Aws> {
  const credentials = await createSnowflakeUser(stack.file);
  const sts = new STS({ ...clientSettings(stack.file, "sts"), credentials });
  const sqs = new SQS(clientSettings(stack.file, "sqs"));
  const QueueUrl = await createChannel(stack.clients(), queueName);
  let s3: S3 | undefined;
  return {
    async assumes(RoleArn, _userArn, ExternalId) {
      try {
        const request = { RoleArn, ExternalId, RoleSessionName: "snowflake" };
        const {
          AccessKeyId = "",
          SecretAccessKey = "",
          SessionToken,
        } = {
          ...(await sts.assumeRole(request)).Credentials,
        };
        const assumed = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
        s3 = stack.s3As({ ...assumed, ...(SessionToken ? { sessionToken: SessionToken } : {}) });
        return true;
      } catch (error) {
        if (error instanceof Error && error.name.startsWith("AccessDenied")) return false;
        throw error;
      }
    },
    subscribes: () => false,
    knowsKey: () => false,
    async files(url) {
      const client = s3;
      const [, Bucket = "", Prefix = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(url) ?? [];
      const { Contents = [] } = (await client?.listObjectsV2({ Bucket, Prefix })) ?? {};
      return Contents.map(({ Key = "", LastModified }) => ({
        url: `s3://${Bucket}/${Key}`,
        modified: LastModified?.getTime() ?? 0,
        read: async () =>
          Buffer.from((await (await client?.getObject({ Bucket, Key }))?.Body?.transformToByteArray()) ?? []),
      }));
    },
    async announced() {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      for (const { ReceiptHandle } of Messages) await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
      return Messages.flatMap(({ Body = "{}" }) => (JSON.parse(Body) as S3Event).Records ?? []).map(
        ({ s3: { bucket, object } }) =>
          `s3://${bucket.name}/${decodeURIComponent(object.key.replaceAll("+", " "))}`,
      );
    },
  };
}
