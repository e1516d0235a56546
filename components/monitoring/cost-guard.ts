import * as budgets from "@pulumi/aws/budgets";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as costexplorer from "@pulumi/aws/costexplorer";
import * as pulumi from "@pulumi/pulumi";
import { type CostTagArgs, knownInputs, type LifecycleArgs, LifecycleProfile } from "../arguments";
import { type ArchiveTier, archiveTiers } from "../storage/export-bucket";
import { alarmName, describe } from "./alarms";
import { STORAGE_TYPES } from "./metrics";

/** What may be spent and stored, and who is notified. */
export interface CostGuardArgs {
  /** Of the pipeline: names of alarms, metrics and the dashboard have it. */
  readonly suffix: string;
  /** For commands in descriptions. */
  readonly stack: string;
  readonly bucketName: pulumi.Input<string>;
  /** Whether the bucket is an existing one, whose lifecycle is not known. */
  readonly bucketExists: boolean;
  readonly lifecycle: LifecycleArgs;
  /** An alarm where the bucket holds more. @default none */
  readonly storageGb?: number;
  /** @default no budget */
  readonly monthlyBudgetUsd?: number;
  /** Unusual spending of this much and more is reported. @default none is */
  readonly costAnomalyUsd?: number;
  /** A cost anomaly monitor that exists already. @default one by `costTag` */
  readonly costAnomalyMonitorArn?: pulumi.Input<string>;
  /** Tag that the budget and the anomaly monitor look at. @default the whole account */
  readonly costTag?: CostTagArgs;
  /** Makes `costTag` a cost allocation tag. */
  readonly activateCostTag: boolean;
  /** Receives all notifications: its policy must let budgets, cost anomalies and alarms publish. */
  readonly alertTopicArn: pulumi.Input<string>;
}

/**
 * Watches what the pipeline costs: a monthly budget, unusual spending, and how much the bucket holds. Each exists where
 * its setting does.
 */
export class CostGuard extends pulumi.ComponentResource {
  public constructor(name: string, args: CostGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:CostGuard", name, knownInputs(args), opts);
    const { activateCostTag, monthlyBudgetUsd, costAnomalyUsd, storageGb } = args;
    const parent = { parent: this };
    if (args.costTag !== undefined && activateCostTag) {
      new costexplorer.CostAllocationTag(
        `${name}-tag`,
        { tagKey: args.costTag.key, status: "Active" },
        parent,
      );
    }
    if (monthlyBudgetUsd !== undefined) {
      new budgets.Budget(`${name}-budget`, budgetOf(monthlyBudgetUsd, args), parent);
    }
    if (costAnomalyUsd !== undefined) watchAnomalies(name, costAnomalyUsd, args, this);
    if (storageGb !== undefined) {
      new cloudwatch.MetricAlarm(`${name}-storage`, storageAlarm(storageGb, args), parent);
    }
    this.registerOutputs();
  }
}

/** Percent of the budget, and of what: spent, or forecast for the month. */
const THRESHOLDS = [
  ["ACTUAL", 80],
  ["ACTUAL", 100],
  ["FORECASTED", 100],
] as const;

function budgetOf(usd: number, { costTag, alertTopicArn }: CostGuardArgs): budgets.BudgetArgs {
  return {
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: usd.toFixed(2),
    limitUnit: "USD",
    // "user:" marks a tag that the account's owner defined: docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
    ...(costTag === undefined
      ? {}
      : { costFilters: [{ name: "TagKeyValue", values: [`user:${costTag.key}$${costTag.value}`] }] }),
    notifications: THRESHOLDS.map(([notificationType, threshold]) => ({
      comparisonOperator: "GREATER_THAN",
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      subscriberSnsTopicArns: [alertTopicArn],
    })),
  };
}

/** A topic is notified immediately: docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_AnomalySubscription.html */
function watchAnomalies(name: string, usd: number, args: CostGuardArgs, parent: pulumi.Resource): void {
  new costexplorer.AnomalySubscription(
    `${name}-anomaly-topic`,
    {
      monitorArnLists: [args.costAnomalyMonitorArn ?? tagMonitor(name, args, parent).arn],
      thresholdExpression: {
        dimension: {
          key: "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
          matchOptions: ["GREATER_THAN_OR_EQUAL"],
          values: [String(usd)],
        },
      },
      frequency: "IMMEDIATE",
      subscribers: [{ type: "SNS", address: args.alertTopicArn }],
    },
    { parent },
  );
}

function tagMonitor(
  name: string,
  { costTag }: CostGuardArgs,
  parent: pulumi.Resource,
): costexplorer.AnomalyMonitor {
  if (costTag === undefined) {
    throw new pulumi.ResourceError(
      `${name}: costAnomalyUsd needs costAnomalyMonitorArn or costTag`,
      parent,
      true,
    );
  }
  return new costexplorer.AnomalyMonitor(
    `${name}-anomalies`,
    {
      monitorType: "CUSTOM",
      monitorSpecification: JSON.stringify(specificationOf(costTag)),
    },
    { parent },
  );
}

/** With its nulls, as AWS reports it: without them the provider would replace the monitor at every update. */
function specificationOf({ key, value }: CostTagArgs) {
  return {
    And: null,
    CostCategories: null,
    Dimensions: null,
    Not: null,
    Or: null,
    Tags: { Key: key, MatchOptions: null, Values: [value] },
  };
}

/** S3 counts a GB as 2^30 bytes: aws.amazon.com/s3/pricing */
const GB = 2 ** 30;
const DAY_SECONDS = 86_400;

function storageAlarm(storageGb: number, args: CostGuardArgs): cloudwatch.MetricAlarmArgs {
  const types = storageTypes(args);
  return {
    name: alarmName(args.suffix, "storage-size"),
    alarmDescription: describe(
      `the bucket holds more than ${storageGb} GB, over all storage classes`,
      "more data than planned, or a lifecycle that does not expire what it should",
      `npm run pipeline -- cost --stack ${args.stack}`,
    ),
    metricQueries: [
      {
        id: "total",
        label: "bytes in all classes",
        // A class that holds nothing has no data, and must not hide the others.
        expression: `SUM([${types.map((_, index) => `FILL(m${index},0)`).join(",")}])`,
        returnData: true,
      },
      ...types.map((StorageType, index) => ({
        id: `m${index}`,
        metric: {
          namespace: "AWS/S3",
          metricName: "BucketSizeBytes",
          stat: "Average",
          period: DAY_SECONDS,
          dimensions: { BucketName: args.bucketName, StorageType },
        },
      })),
    ],
    comparisonOperator: "GreaterThanThreshold",
    threshold: storageGb * GB,
    // S3 reports once a day, up to a day late: the last three days are looked at, so that one report counts.
    evaluationPeriods: 3,
    datapointsToAlarm: 1,
    treatMissingData: "notBreaching",
    alarmActions: [args.alertTopicArn],
  };
}

const [STANDARD, STANDARD_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE, FREQUENT, INFREQUENT, INSTANT] =
  STORAGE_TYPES;
const ARCHIVES: Readonly<Record<ArchiveTier["accessTier"], string>> = {
  ARCHIVE_ACCESS: "IntelligentTieringAAStorage",
  DEEP_ARCHIVE_ACCESS: "IntelligentTieringDAAStorage",
};

/**
 * The classes that objects may be in; of an existing bucket every one, since its lifecycle is not known. An alarm takes no more
 * than ten.
 */
export function storageTypes({
  lifecycle,
  bucketExists,
}: Pick<CostGuardArgs, "lifecycle" | "bucketExists">): string[] {
  if (bucketExists) {
    return [...STORAGE_TYPES];
  }
  switch (lifecycle.profile) {
    case LifecycleProfile.Archive:
      return [STANDARD, STANDARD_IA, GLACIER, DEEP_ARCHIVE];
    case LifecycleProfile.Instant:
      return lifecycle.intelligentTiering
        ? [
            ...[STANDARD, FREQUENT, INFREQUENT, INSTANT],
            ...archiveTiers(lifecycle).map(({ accessTier }) => ARCHIVES[accessTier]),
          ]
        : [STANDARD, STANDARD_IA, GLACIER_IR];
    case LifecycleProfile.None:
      return [STANDARD];
  }
}
