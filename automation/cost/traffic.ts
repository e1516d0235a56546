import type { Settings } from "../../components/settings/settings";
import type { CostItem, PricedResource } from "./fixed";
import { costOf, monthlyPrices, storageCost, usagePrices } from "./prices";
import { MONTH_DAYS } from "./storage";
import type { Usage } from "./usage";

/** What an estimate must know of a stack. */
export interface PricedStack {
  readonly settings: Settings;
  readonly resources: readonly PricedResource[];
}

const MIB_PER_GB = 1024;
/** Size above which an upload is taken in parts, and of each part: the default of AWS's SDKs for Python. */
const PART_MIB = 8;
/** S3 has 16 request metrics; three of them are of S3 Select: docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html */
const REQUEST_METRICS = 13;
/** Share of requests to KMS that a bucket key leaves: docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html */
const BUCKET_KEY_SHARE = 0.01;
const LOG_LINE_BYTES = 600;
const TRAIL_EVENT_BYTES = 1_500;
const GB_BYTES = 2 ** 30;
const HOURS = 24 * MONTH_DAYS;

/** Whether Snowpipe loads, and not a task. */
export function isByPipe({ events }: Settings): boolean {
  return events.mode === "snowflake-queue" || events.mode === "sns";
}

/** Minutes between two runs of a task, where the settings say nothing. */
const TASK_MINUTES = 15;

/** Runs of tasks in a month, where tasks load. */
export function taskRuns({ snowflake, streams }: Settings): number {
  return ((60 * HOURS) / (snowflake.taskMinutes ?? TASK_MINUTES)) * streams.length;
}

/** Once an hour and stream, and by each run of a task. */
function listsOf(settings: Settings): number {
  return isByPipe(settings) ? HOURS * settings.streams.length : taskRuns(settings);
}

/** A file is written once, in parts where it is large, and read once. */
function requestsOf({ gbPerDay, filesPerDay }: Usage): { readonly puts: number; readonly gets: number } {
  const files = filesPerDay * MONTH_DAYS;
  const mib = filesPerDay === 0 ? 0 : (gbPerDay * MIB_PER_GB) / filesPerDay;
  const parts = mib <= PART_MIB ? 1 : Math.ceil(mib / PART_MIB) + 2;
  return { puts: files * parts, gets: files };
}

/** What a month's files cost beyond their storage, and the metrics of their requests. */
export function trafficCost(usage: Usage, stack: PricedStack, month: number): CostItem[] {
  if (usage.filesPerDay === 0) return [];
  return [...filesCost(usage, stack, month, listsOf(stack.settings)), ...metricCost(stack.resources)];
}

/** What a month's files cost that are written and read once, and all that this sets off. */
export function filesCost(
  usage: Usage,
  { settings, resources }: PricedStack,
  month: number,
  lists: number,
): CostItem[] {
  const { puts, gets } = requestsOf(usage);
  const calls = puts + gets;
  const has = (type: string) => resources.some((resource) => resource.type === type);
  return [
    {
      item: "S3 requests",
      usd: costOf(usagePrices.s3Put, puts + lists) + costOf(usagePrices.s3Get, gets),
      why: `${whole(puts)} PUT${puts > gets ? " by parts" : ""}, ${lists > 0 ? `${whole(lists)} LIST, ` : ""}${whole(gets)} GET`,
    },
    ...kmsCost(calls, settings, resources),
    ...eventCost(usage, settings, has),
    ...accessLogCost(calls + lists, settings, has, month),
    ...trailCost(calls, resources, month),
    ...transferCost(usage, settings),
  ];
}

function metricCost(resources: readonly PricedResource[]): CostItem[] {
  const filters = resources.filter(({ type }) => type === "aws:s3/bucketMetric:BucketMetric").length;
  if (filters === 0) return [];
  const usd = costOf(monthlyPrices.customMetric, filters * REQUEST_METRICS);
  return [
    {
      item: "S3 request metrics",
      usd,
      why: `${filters * REQUEST_METRICS} metrics at ${monthlyPrices.customMetric.usd.toFixed(2)}, each in the hours that have requests`,
    },
  ];
}

function kmsCost(calls: number, settings: Settings, resources: readonly PricedResource[]): CostItem[] {
  if (settings.encryption !== "kms" && settings.existingKmsKeyArn === undefined) return [];
  const without = costOf(usagePrices.kmsRequest, calls);
  const withBucketKey = without * BUCKET_KEY_SHARE;
  const bucketKey = resources.some(
    ({ type, inputs }) =>
      type.endsWith(":BucketServerSideEncryptionConfiguration") &&
      JSON.stringify(inputs.rules).includes('"bucketKeyEnabled":true'),
  );
  return [
    {
      item: "KMS requests",
      usd: bucketKey ? withBucketKey : without,
      why: bucketKey
        ? `with a bucket key; ${without.toFixed(2)} without`
        : `without a bucket key; ${withBucketKey.toFixed(2)} with one`,
    },
  ];
}

function eventCost({ filesPerDay }: Usage, { events }: Settings, has: (type: string) => boolean): CostItem[] {
  const messages = filesPerDay * MONTH_DAYS;
  const items: CostItem[] = [];
  if (events.mode === "sns") {
    items.push({
      item: "SNS messages",
      usd: costOf(usagePrices.snsPublish, messages),
      why: `${whole(messages)} published; delivery to queues is free`,
    });
  }
  if (events.mode !== "none" && events.mode !== "snowflake-queue" && has("aws:sqs/queue:Queue")) {
    items.push({
      item: "SQS messages",
      usd: costOf(usagePrices.sqsRequest, 3 * messages),
      why: `${whole(messages)} sent, received and deleted`,
    });
  }
  return items;
}

function accessLogCost(
  requests: number,
  { accessLogs }: Settings,
  has: (type: string) => boolean,
  month: number,
): CostItem[] {
  if (!has("aws:s3/bucketLogging:BucketLogging")) return [];
  const gb = heldGb(requests * LOG_LINE_BYTES, accessLogs.retentionDays, month);
  const why = `${gb.toFixed(2)} GB kept for ${accessLogs.retentionDays} d; delivery is free`;
  return [{ item: "access logs", usd: storageCost("STANDARD", gb), why }];
}

function trailCost(events: number, resources: readonly PricedResource[], month: number): CostItem[] {
  const trail = resources.find(isTrail);
  if (trail === undefined) return [];
  const items: CostItem[] = [
    {
      item: "CloudTrail data events",
      usd: costOf(usagePrices.trailDataEvent, events),
      why: `${whole(events)} reads and writes of the exports`,
    },
  ];
  const logGroup = resources.find(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
  if (logGroup !== undefined || trail.type.startsWith("awsx:")) {
    const gb = (events * TRAIL_EVENT_BYTES) / GB_BYTES;
    const days = Number(logGroup?.inputs.retentionInDays ?? 365);
    const kept = heldGb(events * TRAIL_EVENT_BYTES, days, month);
    items.push({
      item: "CloudWatch Logs",
      usd: costOf(usagePrices.logIngestGb, gb) + costOf(usagePrices.logStoreGb, kept),
      why: `${gb.toFixed(3)} GB of the trail taken in, ${kept.toFixed(2)} GB kept`,
    });
  }
  return items;
}

/** Whether it is a trail, made by AWS's provider or by awsx. */
export function isTrail({ type }: PricedResource): boolean {
  return /^aws:cloudtrail\/trail:|^awsx:cloudtrail:Trail$/.test(type);
}

/** Whether Snowflake reads from another region than the bucket's, which S3 charges by the GB. */
export function crossesRegions({ snowflakeRegion, region, allowCrossRegion }: Settings): boolean {
  return allowCrossRegion && snowflakeRegion !== undefined && snowflakeRegion !== region;
}

function transferCost({ gbPerDay }: Usage, settings: Settings): CostItem[] {
  if (!crossesRegions(settings)) return [];
  const gb = gbPerDay * MONTH_DAYS;
  return [
    {
      item: "transfer to Snowflake's region",
      usd: costOf(usagePrices.crossRegionGb, gb),
      why: `${whole(gb)} GB, each read once`,
    },
  ];
}

/** What is kept at the end of a month, of what comes in evenly. */
function heldGb(bytesPerMonth: number, retentionDays: number, month: number): number {
  return ((bytesPerMonth / GB_BYTES) * Math.min(month * MONTH_DAYS, retentionDays)) / MONTH_DAYS;
}

/** A count for people. */
export function whole(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}
