import { setMaxListeners } from "node:events";
import type * as CloudTrailSdk from "@aws-sdk/client-cloudtrail";
import type * as CloudWatchSdk from "@aws-sdk/client-cloudwatch";
import type * as IAM from "@aws-sdk/client-iam";
import type * as KMS from "@aws-sdk/client-kms";
import type * as S3 from "@aws-sdk/client-s3";
import type * as Secrets from "@aws-sdk/client-secrets-manager";
import type * as SNS from "@aws-sdk/client-sns";
import type * as SQS from "@aws-sdk/client-sqs";
import type * as STS from "@aws-sdk/client-sts";
import { clientSettings, pathStyle } from "../aws/client-settings";
import type { StackFile } from "../project/stack-file";

/** One operation of AWS: throws AWS's own errors, told apart by their names. */
type Call<Input, Output> = (input: Input) => Promise<Omit<Output, "$metadata">>;

/** The operations of S3 that a verification uses. */
export interface S3Calls {
  deleteObject: Call<S3.DeleteObjectCommandInput, S3.DeleteObjectCommandOutput>;
  getBucketEncryption: Call<S3.GetBucketEncryptionCommandInput, S3.GetBucketEncryptionCommandOutput>;
  getBucketLifecycleConfiguration: Call<
    S3.GetBucketLifecycleConfigurationCommandInput,
    S3.GetBucketLifecycleConfigurationCommandOutput
  >;
  getBucketLocation: Call<S3.GetBucketLocationCommandInput, S3.GetBucketLocationCommandOutput>;
  getBucketLogging: Call<S3.GetBucketLoggingCommandInput, S3.GetBucketLoggingCommandOutput>;
  getBucketNotificationConfiguration: Call<
    S3.GetBucketNotificationConfigurationCommandInput,
    S3.GetBucketNotificationConfigurationCommandOutput
  >;
  getBucketOwnershipControls: Call<
    S3.GetBucketOwnershipControlsCommandInput,
    S3.GetBucketOwnershipControlsCommandOutput
  >;
  getBucketPolicy: Call<S3.GetBucketPolicyCommandInput, S3.GetBucketPolicyCommandOutput>;
  getBucketVersioning: Call<S3.GetBucketVersioningCommandInput, S3.GetBucketVersioningCommandOutput>;
  getObject: Call<S3.GetObjectCommandInput, Pick<S3.GetObjectCommandOutput, "Body" | "$metadata">>;
  getObjectLockConfiguration: Call<
    S3.GetObjectLockConfigurationCommandInput,
    S3.GetObjectLockConfigurationCommandOutput
  >;
  getPublicAccessBlock: Call<S3.GetPublicAccessBlockCommandInput, S3.GetPublicAccessBlockCommandOutput>;
  listObjectsV2: Call<S3.ListObjectsV2CommandInput, S3.ListObjectsV2CommandOutput>;
  listObjectVersions: Call<S3.ListObjectVersionsCommandInput, S3.ListObjectVersionsCommandOutput>;
  putObject: Call<S3.PutObjectCommandInput, S3.PutObjectCommandOutput>;
}

export interface IamCalls {
  getPolicy: Call<IAM.GetPolicyCommandInput, IAM.GetPolicyCommandOutput>;
  getPolicyVersion: Call<IAM.GetPolicyVersionCommandInput, IAM.GetPolicyVersionCommandOutput>;
  getRole: Call<IAM.GetRoleCommandInput, IAM.GetRoleCommandOutput>;
  getRolePolicy: Call<IAM.GetRolePolicyCommandInput, IAM.GetRolePolicyCommandOutput>;
  listAccessKeys: Call<IAM.ListAccessKeysCommandInput, IAM.ListAccessKeysCommandOutput>;
  listAttachedGroupPolicies: Call<
    IAM.ListAttachedGroupPoliciesCommandInput,
    IAM.ListAttachedGroupPoliciesCommandOutput
  >;
  listAttachedRolePolicies: Call<
    IAM.ListAttachedRolePoliciesCommandInput,
    IAM.ListAttachedRolePoliciesCommandOutput
  >;
  listAttachedUserPolicies: Call<
    IAM.ListAttachedUserPoliciesCommandInput,
    IAM.ListAttachedUserPoliciesCommandOutput
  >;
  listGroupPolicies: Call<IAM.ListGroupPoliciesCommandInput, IAM.ListGroupPoliciesCommandOutput>;
  listGroupsForUser: Call<IAM.ListGroupsForUserCommandInput, IAM.ListGroupsForUserCommandOutput>;
  listRolePolicies: Call<IAM.ListRolePoliciesCommandInput, IAM.ListRolePoliciesCommandOutput>;
  listUserPolicies: Call<IAM.ListUserPoliciesCommandInput, IAM.ListUserPoliciesCommandOutput>;
  simulatePrincipalPolicy: Call<
    IAM.SimulatePrincipalPolicyCommandInput,
    IAM.SimulatePrincipalPolicyCommandOutput
  >;
}

export interface SqsCalls {
  changeMessageVisibility: Call<
    SQS.ChangeMessageVisibilityCommandInput,
    SQS.ChangeMessageVisibilityCommandOutput
  >;
  deleteMessage: Call<SQS.DeleteMessageCommandInput, SQS.DeleteMessageCommandOutput>;
  getQueueAttributes: Call<SQS.GetQueueAttributesCommandInput, SQS.GetQueueAttributesCommandOutput>;
  getQueueUrl: Call<SQS.GetQueueUrlCommandInput, SQS.GetQueueUrlCommandOutput>;
  receiveMessage: Call<SQS.ReceiveMessageCommandInput, SQS.ReceiveMessageCommandOutput>;
}

export interface SnsCalls {
  getSubscriptionAttributes: Call<
    SNS.GetSubscriptionAttributesCommandInput,
    SNS.GetSubscriptionAttributesCommandOutput
  >;
  getTopicAttributes: Call<SNS.GetTopicAttributesCommandInput, SNS.GetTopicAttributesCommandOutput>;
  listSubscriptionsByTopic: Call<
    SNS.ListSubscriptionsByTopicCommandInput,
    SNS.ListSubscriptionsByTopicCommandOutput
  >;
}

export interface CloudWatchCalls {
  describeAlarms: Call<CloudWatchSdk.DescribeAlarmsCommandInput, CloudWatchSdk.DescribeAlarmsCommandOutput>;
}

export interface CloudTrailCalls {
  getEventSelectors: Call<
    CloudTrailSdk.GetEventSelectorsCommandInput,
    CloudTrailSdk.GetEventSelectorsCommandOutput
  >;
  getTrail: Call<CloudTrailSdk.GetTrailCommandInput, CloudTrailSdk.GetTrailCommandOutput>;
  getTrailStatus: Call<CloudTrailSdk.GetTrailStatusCommandInput, CloudTrailSdk.GetTrailStatusCommandOutput>;
}

export interface KmsCalls {
  describeKey: Call<KMS.DescribeKeyCommandInput, KMS.DescribeKeyCommandOutput>;
  getKeyPolicy: Call<KMS.GetKeyPolicyCommandInput, KMS.GetKeyPolicyCommandOutput>;
  getKeyRotationStatus: Call<KMS.GetKeyRotationStatusCommandInput, KMS.GetKeyRotationStatusCommandOutput>;
}

export interface StsCalls {
  assumeRole: Call<STS.AssumeRoleCommandInput, STS.AssumeRoleCommandOutput>;
  getCallerIdentity: Call<STS.GetCallerIdentityCommandInput, STS.GetCallerIdentityCommandOutput>;
}

export interface SecretsCalls {
  getSecretValue: Call<Secrets.GetSecretValueCommandInput, Secrets.GetSecretValueCommandOutput>;
}

/** Credentials of somebody other than the caller. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** AWS as the caller sees it. */
export interface Aws {
  readonly s3: S3Calls;
  readonly iam: IamCalls;
  readonly sqs: SqsCalls;
  readonly sns: SnsCalls;
  readonly kms: KmsCalls;
  readonly cloudTrail: CloudTrailCalls;
  readonly cloudWatch: CloudWatchCalls;
  readonly sts: StsCalls;
  /** STS as Snowflake's own user, where its key is at hand. @default the caller's */
  readonly snowflakeSts?: StsCalls;
  readonly secrets: SecretsCalls;
  /** S3 with other credentials. */
  s3As(keys: Keys): S3Calls;
  /** S3 with the caller's credentials over plain HTTP, tried once. */
  readonly plainS3: S3Calls;
}

/** How AWS is reached. */
export interface ConnectOptions {
  /** Ends every call that is under way: one that is never answered would keep the process from ending. */
  readonly signal: AbortSignal;
  /** The key of Snowflake's own user, where it is at hand. */
  readonly snowflake?: Keys | undefined;
}

/** Clients that reach what the stack's provider reaches. The SDK is loaded here, so other commands do not wait for it. */
export async function connectAws(file: StackFile, { signal, snowflake }: ConnectOptions): Promise<Aws> {
  const [
    { S3 },
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
        ...(endpoint === undefined ? {} : { endpoint: endpoint.replace(/^https:/, "http:") }),
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
