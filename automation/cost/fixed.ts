import { monthlyPrices, type Price } from "./prices";

/** A resource as a program registers it, as far as its cost depends on it. */
export interface PricedResource {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A line of an estimate. */
export interface CostItem {
  readonly item: string;
  /** US dollars a month. */
  readonly usd: number;
  /** How the amount comes about, or why the thing is there. */
  readonly why: string;
}

/** What resources cost by being there, with no traffic at all, and those whose price is not known. */
export interface FixedCost {
  readonly items: readonly CostItem[];
  /** Types that the price table does not know. */
  readonly unpriced: readonly string[];
}

/** A resource's units of something that costs by the month. */
interface Charge {
  readonly item: string;
  readonly price: Price;
  readonly units: number;
  readonly purpose: string;
}

type Inputs = PricedResource["inputs"];

const charges: Readonly<Record<string, (inputs: Inputs) => Omit<Charge, "units"> & { units?: number }>> = {
  "aws:kms/key:Key": () => ({
    item: "KMS key",
    price: monthlyPrices.kmsKey,
    purpose:
      "encrypts under a key whose policy is the stack's own; each of its first two rotations adds as much",
  }),
  "aws:secretsmanager/secret:Secret": () => ({
    item: "Secrets Manager",
    price: monthlyPrices.secret,
    purpose: "keeps what must never stand in a file",
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (inputs) => ({
    item: "CloudWatch alarms",
    price: monthlyPrices.alarmMetric,
    units: alarmMetrics(inputs),
    purpose:
      "tell when something is wrong; an anomaly band counts as three metrics, an expression as those it reads",
  }),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": () => ({
    item: "CloudWatch composite alarms",
    price: monthlyPrices.compositeAlarm,
    purpose: "one message where several alarms go off",
  }),
  "aws:cloudwatch/dashboard:Dashboard": () => ({
    item: "CloudWatch dashboard",
    price: monthlyPrices.dashboard,
    purpose: "everything at a glance",
  }),
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": (inputs) => ({
    item: "metrics of log filters",
    price: monthlyPrices.customMetric,
    // Without a default value a filter has a metric in those hours alone in which something matches.
    units: at(inputs.metricTransformation, "defaultValue") === undefined ? 0 : 1,
    purpose: "count what alarms look for in logs",
  }),
};

/**
 * Types that cost nothing by being there: what is paid for by use, or not at all. Budgets are free without actions
 * (aws.amazon.com/aws-cost-management/aws-budgets/pricing), cost anomaly detection always.
 */
const free =
  /^aws:(iam|s3|sqs|sns|budgets|costexplorer)\/|^aws:kms\/(alias|keyPolicy):|^aws:secretsmanager\/(secretVersion|secretPolicy|secretRotation):|^aws:cloudwatch\/(logGroup|logResourcePolicy|logStream|eventRule|eventTarget|queryDefinition):|^awsx?:cloudtrail[/:]/;

/** What resources cost idle, by the kind of thing. Nothing of ours needs naming here: AWS's types are counted. */
export function fixedCost(resources: readonly PricedResource[]): FixedCost {
  const ofAws = resources.filter(({ type }) => /^awsx?:/.test(type));
  const counted = ofAws.flatMap(({ type, inputs }): Charge[] => {
    const charge = charges[type]?.(inputs);
    return charge === undefined ? [] : [{ units: 1, ...charge }];
  });
  const kinds = [...new Set(counted.map(({ item }) => item))];
  const items = kinds.map((item) => {
    const same = counted.filter((charge) => charge.item === item);
    return itemOf(item, same);
  });
  const unpriced = ofAws.map(({ type }) => type).filter((type) => !(type in charges) && !free.test(type));
  return { items: items.filter(({ usd }) => usd > 0), unpriced: [...new Set(unpriced)].sort() };
}

/** The sum of an estimate's lines. */
export function totalOf(items: readonly CostItem[]): number {
  return items.reduce((sum, { usd }) => sum + usd, 0);
}

function itemOf(item: string, charges: readonly Charge[]): CostItem {
  const units = charges.reduce((sum, charge) => sum + charge.units, 0);
  const [first] = charges;
  if (first === undefined) return { item, usd: 0, why: "" };
  const { price, purpose } = first;
  const unit = units === 1 ? price.unit : `${price.unit}s`;
  return {
    item,
    usd: (units * price.usd) / price.per,
    why: `${units} ${unit} at ${price.usd.toFixed(2)}: ${purpose}`,
  };
}

/** An alarm costs by the metrics it reads, and three times that where it learns a band: aws.amazon.com/cloudwatch/pricing */
function alarmMetrics({ metricQueries }: Inputs): number {
  const queries: unknown[] = Array.isArray(metricQueries) ? metricQueries : [];
  const read = queries.filter((query) => at(query, "metric") !== undefined).length;
  const band = queries.some((query) => String(at(query, "expression")).includes("ANOMALY_DETECTION_BAND"));
  return Math.max(1, read) * (band ? 3 : 1);
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
