import { awsCall } from "../../aws/aws-call";
import { orAbsent } from "../../aws/aws-errors";
import { clientSettings } from "../../aws/client-settings";
import type { StackFile } from "../../project/stack-file";
import type { Lookups } from "./pending-operations";

/** Asks AWS as the stack's provider would. */
export function awsLookups(file: StackFile): Lookups {
  return {
    async account() {
      const { STS } = await import("@aws-sdk/client-sts");
      const sts = new STS(clientSettings(file, "sts"));
      const { Arn = "", Account = "" } = await awsCall("sts:GetCallerIdentity", () =>
        sts.getCallerIdentity({}),
      );
      const region = await sts.config.region();
      return { partition: Arn.split(":")[1] ?? "aws", accountId: Account, region };
    },

    async keysDescribed(description) {
      const { KMS, paginateListKeys } = await import("@aws-sdk/client-kms");
      const client = new KMS(clientSettings(file, "kms"));
      return awsCall("kms:ListKeys", async () => {
        const found: string[] = [];
        for await (const { Keys = [] } of paginateListKeys({ client }, {})) {
          for (const { KeyId = "" } of Keys) {
            const { KeyMetadata } = await awsCall("kms:DescribeKey", () => client.describeKey({ KeyId }));
            if (KeyMetadata?.Description === description && !KeyMetadata.DeletionDate) found.push(KeyId);
          }
        }
        return found;
      });
    },

    async secretNamed(SecretId) {
      const { SecretsManager } = await import("@aws-sdk/client-secrets-manager");
      const secrets = new SecretsManager(clientSettings(file, "secretsmanager"));
      const answer = await awsCall("secretsmanager:DescribeSecret", () =>
        orAbsent(secrets.describeSecret({ SecretId }), "ResourceNotFoundException"),
      );
      return answer?.DeletedDate === undefined ? answer?.ARN : undefined;
    },

    async queueNamed(QueueName) {
      const { SQS } = await import("@aws-sdk/client-sqs");
      const sqs = new SQS(clientSettings(file, "sqs"));
      const answer = await awsCall("sqs:GetQueueUrl", () =>
        orAbsent(
          sqs.getQueueUrl({ QueueName }),
          "QueueDoesNotExist",
          "AWS.SimpleQueueService.NonExistentQueue",
        ),
      );
      return answer?.QueueUrl;
    },

    async anomalyMonitorNamed(name) {
      const { CostExplorer, paginateGetAnomalyMonitors } = await import("@aws-sdk/client-cost-explorer");
      const client = new CostExplorer(clientSettings(file, "ce"));
      return awsCall("ce:GetAnomalyMonitors", () =>
        firstOf(
          paginateGetAnomalyMonitors({ client }, {}),
          ({ AnomalyMonitors }) =>
            AnomalyMonitors?.find(({ MonitorName }) => MonitorName === name)?.MonitorArn,
        ),
      );
    },

    async anomalySubscriptionNamed(name) {
      const { CostExplorer, paginateGetAnomalySubscriptions } = await import("@aws-sdk/client-cost-explorer");
      const client = new CostExplorer(clientSettings(file, "ce"));
      return awsCall("ce:GetAnomalySubscriptions", () =>
        firstOf(
          paginateGetAnomalySubscriptions({ client }, {}),
          ({ AnomalySubscriptions }) =>
            AnomalySubscriptions?.find(({ SubscriptionName }) => SubscriptionName === name)?.SubscriptionArn,
        ),
      );
    },

    async unusedAccessKeys(UserName) {
      const { IAM } = await import("@aws-sdk/client-iam");
      const iam = new IAM(clientSettings(file, "iam"));
      const answer = await awsCall("iam:ListAccessKeys", () =>
        orAbsent(iam.listAccessKeys({ UserName }), "NoSuchEntityException"),
      );
      const ids = (answer?.AccessKeyMetadata ?? []).map(({ AccessKeyId = "" }) => AccessKeyId);
      const uses = ids.map((AccessKeyId) =>
        awsCall("iam:GetAccessKeyLastUsed", () => iam.getAccessKeyLastUsed({ AccessKeyId })),
      );
      const used = (await Promise.all(uses)).map(({ AccessKeyLastUsed }) => AccessKeyLastUsed?.LastUsedDate);
      return ids.filter((_, index) => used[index] === undefined);
    },

    async deleteAccessKey(UserName, AccessKeyId) {
      const { IAM } = await import("@aws-sdk/client-iam");
      const iam = new IAM(clientSettings(file, "iam"));
      await awsCall("iam:DeleteAccessKey", () =>
        orAbsent(iam.deleteAccessKey({ UserName, AccessKeyId }), "NoSuchEntityException"),
      );
    },
  };
}

/** The first that a page has; later pages are not requested. */
async function firstOf<Page>(
  pages: AsyncIterable<Page>,
  find: (page: Page) => string | undefined,
): Promise<string | undefined> {
  for await (const page of pages) {
    const found = find(page);
    if (found !== undefined) return found;
  }
  return undefined;
}
