/** What something costs, in US dollars, and the page that says so. */
export interface Price {
  readonly usd: number;
  /** How many units `usd` buys. */
  readonly per: number;
  readonly unit: string;
  readonly source: string;
}

/** Region of every price below. */
export const PRICES_REGION = "us-east-1";

/** Month whose prices these are. Free tiers are of the account and not counted. */
export const PRICES_AS_OF = "2025-11";

const S3 = "aws.amazon.com/s3/pricing";
const KMS = "aws.amazon.com/kms/pricing";
const CLOUDWATCH = "aws.amazon.com/cloudwatch/pricing";

const price = (usd: number, per: number, unit: string, source: string): Price => ({
  usd,
  per,
  unit,
  source,
});

/** Storage classes, as lifecycle rules name them; Intelligent-Tiering by its tiers. */
export type StorageClass =
  | "STANDARD"
  | "STANDARD_IA"
  | "GLACIER_IR"
  | "GLACIER"
  | "DEEP_ARCHIVE"
  | "INTELLIGENT_TIERING"
  | "INTELLIGENT_TIERING infrequent"
  | "INTELLIGENT_TIERING instant"
  | "INTELLIGENT_TIERING archive"
  | "INTELLIGENT_TIERING deep archive";

/** Storage, by the GB and month. A month's GB above `above` cost `usd` each, up to the next tier. */
export interface StorageTier {
  readonly above: number;
  readonly usd: number;
}

const standardTiers: readonly StorageTier[] = [
  { above: 0, usd: 0.023 },
  { above: 50 * 1024, usd: 0.022 },
  { above: 500 * 1024, usd: 0.021 },
];
const flat = (usd: number): readonly StorageTier[] => [{ above: 0, usd }];

/** Source: {@link S3}. */
const storageTiers: Readonly<Record<StorageClass, readonly StorageTier[]>> = {
  STANDARD: standardTiers,
  STANDARD_IA: flat(0.0125),
  GLACIER_IR: flat(0.004),
  GLACIER: flat(0.0036),
  DEEP_ARCHIVE: flat(0.00099),
  INTELLIGENT_TIERING: standardTiers,
  "INTELLIGENT_TIERING infrequent": flat(0.0125),
  "INTELLIGENT_TIERING instant": flat(0.004),
  "INTELLIGENT_TIERING archive": flat(0.0036),
  "INTELLIGENT_TIERING deep archive": flat(0.00099),
};

/** A lifecycle's move of one object into a class. */
export const transitionPrices: Readonly<Partial<Record<StorageClass, Price>>> = {
  STANDARD_IA: price(0.01, 1_000, "transitions", S3),
  INTELLIGENT_TIERING: price(0.01, 1_000, "transitions", S3),
  GLACIER_IR: price(0.02, 1_000, "transitions", S3),
  GLACIER: price(0.03, 1_000, "transitions", S3),
  DEEP_ARCHIVE: price(0.05, 1_000, "transitions", S3),
};

/** Days that are paid for, however soon an object leaves. */
export const minimumDays: Readonly<Partial<Record<StorageClass, number>>> = {
  STANDARD_IA: 30,
  GLACIER_IR: 90,
  GLACIER: 90,
  DEEP_ARCHIVE: 180,
};

/** Everything that is paid for by the use of it. */
export const usagePrices = {
  s3Put: price(0.005, 1_000, "PUT and LIST requests", S3),
  s3Get: price(0.0004, 1_000, "GET requests", S3),
  tieringObject: price(0.0025, 1_000, "objects monitored", S3),
  kmsRequest: price(0.03, 10_000, "requests", KMS),
  sqsRequest: price(0.4, 1_000_000, "requests", "aws.amazon.com/sqs/pricing"),
  snsPublish: price(0.5, 1_000_000, "publishes", "aws.amazon.com/sns/pricing"),
  /** Of a trail that is not the account's first: the first copy of a management event is free. */
  trailEventCopy: price(2, 100_000, "management events", "aws.amazon.com/cloudtrail/pricing"),
  trailDataEvent: price(0.1, 100_000, "data events", "aws.amazon.com/cloudtrail/pricing"),
  logIngestGb: price(0.5, 1, "GB taken in", CLOUDWATCH),
  logStoreGb: price(0.03, 1, "GB kept", CLOUDWATCH),
  crossRegionGb: price(0.02, 1, "GB to another region", S3),
} satisfies Record<string, Price>;

/** Everything that is paid for by its being there. */
export const monthlyPrices = {
  kmsKey: price(1, 1, "key", KMS),
  secret: price(0.4, 1, "secret", "aws.amazon.com/secrets-manager/pricing"),
  alarmMetric: price(0.1, 1, "alarm metric", CLOUDWATCH),
  compositeAlarm: price(0.5, 1, "composite alarm", CLOUDWATCH),
  dashboard: price(3, 1, "dashboard", CLOUDWATCH),
  customMetric: price(0.3, 1, "custom metric", CLOUDWATCH),
} satisfies Record<string, Price>;

/** What `count` units cost. */
export function costOf({ usd, per }: Price, count: number): number {
  return (count / per) * usd;
}

/** What `gb` cost for a month in a class, tier by tier. */
export function storageCost(storageClass: StorageClass, gb: number): number {
  const tiers = storageTiers[storageClass];
  return tiers.reduce((sum, { above, usd }, index) => {
    const upTo = tiers[index + 1]?.above ?? Number.POSITIVE_INFINITY;
    return sum + Math.max(0, Math.min(gb, upTo) - above) * usd;
  }, 0);
}
