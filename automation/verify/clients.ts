import { setMaxListeners } from "node:events";
import type { CloudTrail } from "@aws-sdk/client-cloudtrail";
import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { IAM } from "@aws-sdk/client-iam";
import type { KMS } from "@aws-sdk/client-kms";
import type { S3 } from "@aws-sdk/client-s3";
import type { S3Control } from "@aws-sdk/client-s3-control";
import type { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import type { STS } from "@aws-sdk/client-sts";
import { clientSettings, pathStyle } from "../aws/client-settings";
import type { AwsCredentialIdentity } from "../aws/credentials";
import type { StackFile } from "../project/stack-file";

/** AWS as the caller sees it. */
export interface Aws {
  readonly s3: S3;
  readonly s3Control: S3Control;
  readonly iam: IAM;
  readonly sqs: SQS;
  readonly sns: SNS;
  readonly kms: KMS;
  readonly cloudTrail: CloudTrail;
  readonly cloudWatch: CloudWatch;
  readonly sts: STS;
  /** STS as Snowflake's own user, where its key is at hand. @default the caller's */
  readonly snowflakeSts?: STS;
  readonly secrets: SecretsManager;
  /** S3 with other credentials. */
  s3As(credentials: AwsCredentialIdentity): S3;
  /** S3 with the caller's credentials over plain HTTP, tried once. */
  readonly plainS3: S3;
}

/** How AWS is reached. */
export interface ConnectOptions {
  /** Ends every call that is in progress: one that is never answered would keep the process from ending. */
  readonly signal: AbortSignal;
  /** The key of Snowflake's own user, where it is at hand. */
  readonly snowflake?: AwsCredentialIdentity | undefined;
}

/** Clients that reach what the stack's provider reaches. The SDK is loaded here, so other commands do not wait for it. */
export async function connectAws(file: StackFile, { signal, snowflake }: ConnectOptions): Promise<Aws> {
  const [
    { S3 },
    { S3Control },
    { IAM },
    { SQS },
    { SNS },
    { KMS },
    { STS },
    { SecretsManager },
    { CloudWatch },
    { CloudTrail },
  ] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/client-s3-control"),
    import("@aws-sdk/client-iam"),
    import("@aws-sdk/client-sqs"),
    import("@aws-sdk/client-sns"),
    import("@aws-sdk/client-kms"),
    import("@aws-sdk/client-sts"),
    import("@aws-sdk/client-secrets-manager"),
    import("@aws-sdk/client-cloudwatch"),
    import("@aws-sdk/client-cloudtrail"),
  ]);
  const s3 = { ...clientSettings(file, "s3"), forcePathStyle: pathStyle(file) };
  const endpoint = s3.endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  setMaxListeners(0, signal);
  const until = <Client extends object>(client: Client) => endedBy(signal, client);
  return {
    s3: until(new S3(s3)),
    s3Control: until(new S3Control(clientSettings(file, "s3control"))),
    iam: until(new IAM(clientSettings(file, "iam"))),
    sqs: until(new SQS(clientSettings(file, "sqs"))),
    sns: until(new SNS(clientSettings(file, "sns"))),
    kms: until(new KMS(clientSettings(file, "kms"))),
    cloudTrail: until(new CloudTrail(clientSettings(file, "cloudtrail"))),
    cloudWatch: until(new CloudWatch(clientSettings(file, "cloudwatch"))),
    sts: until(new STS(clientSettings(file, "sts"))),
    ...(snowflake && {
      snowflakeSts: until(new STS({ ...clientSettings(file, "sts"), credentials: snowflake })),
    }),
    secrets: until(new SecretsManager(clientSettings(file, "secretsmanager"))),
    s3As: (credentials) => until(new S3({ ...s3, credentials })),
    plainS3: until(
      new S3({
        ...s3,
        tls: false,
        maxAttempts: 1,
        endpoint: endpoint?.replace(/^https:/, "http:"),
      }),
    ),
  };
}

/** The same client, each call of which ends with the signal. */
function endedBy<Client extends object>(abortSignal: AbortSignal, client: Client): Client {
  return new Proxy(client, {
    get: (target, name) => {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== "function") return operation;
      return (input: unknown) => operation.call(target, input, { abortSignal });
    },
  });
}
