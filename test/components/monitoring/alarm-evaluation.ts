/** An alarm as the provider gets it. */
export interface DeployedAlarm {
  readonly metricName?: string;
  readonly statistic?: string;
  readonly period?: number;
  readonly threshold?: number;
  readonly thresholdMetricId?: string;
  readonly metricQueries?: readonly MetricQuery[];
  readonly comparisonOperator: string;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly treatMissingData: string;
}

interface MetricQuery {
  readonly id: string;
  readonly expression?: string;
  readonly returnData?: boolean;
  readonly metric?: { readonly metricName: string; readonly period: number };
}

/** One datapoint for each period of a metric, oldest first; `undefined` where it sent nothing. */
export type Series = readonly (number | undefined)[];

/** What is measured: values by metric, in the order in which the alarm names them; `band`: upper edge of what is usual. */
export interface Measured {
  readonly series: readonly Series[];
  readonly band?: number;
}

/**
 * The state that CloudWatch gives an alarm, by its own definition:
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 *
 * @throws Error for an operator, an expression or a treatment that is unknown here.
 */
export function stateOf(alarm: DeployedAlarm, measured: Measured): "ALARM" | "OK" {
  const { evaluationPeriods, datapointsToAlarm = evaluationPeriods } = alarm;
  const values = watchedSeries(alarm, measured).slice(-evaluationPeriods);
  const padded = [...Array<undefined>(evaluationPeriods - values.length).fill(undefined), ...values];
  const breaching = padded.filter((value) => breaches(value, alarm, measured)).length;
  return breaching >= datapointsToAlarm ? "ALARM" : "OK";
}

/**
 * Whether the alarm over others fires while these do: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 *
 * @throws Error for a rule that is more than a list of alarms, any of which will do.
 */
export function compositeStateOf(alarmRule: string, firing: readonly string[]): "ALARM" | "OK" {
  const terms = alarmRule.split(" OR ").map((term) => {
    const [, name] = /^ALARM\("([^"]+)"\)$/.exec(term) ?? [];
    if (name === undefined) throw new Error(`unknown rule ${term}`);
    return name;
  });
  return terms.some((name) => firing.includes(name)) ? "ALARM" : "OK";
}

function watchedSeries(alarm: DeployedAlarm, { series }: Measured): Series {
  const [first = []] = series;
  const expression = alarm.metricQueries?.find((query) => query.expression !== undefined)?.expression;
  if (expression === undefined) {
    if (alarm.metricName === undefined) throw new Error("the alarm watches nothing");
    return first;
  }
  if (/^ANOMALY_DETECTION_BAND\(m0, \d+\)$/.test(expression)) return first;
  throw new Error(`unknown expression ${expression}`);
}

function breaches(value: number | undefined, alarm: DeployedAlarm, { band }: Measured): boolean {
  if (value === undefined) {
    if (alarm.treatMissingData === "breaching") return true;
    if (alarm.treatMissingData === "notBreaching") return false;
    throw new Error(`unknown treatment ${alarm.treatMissingData}`);
  }
  const limit = alarm.thresholdMetricId === undefined ? alarm.threshold : band;
  if (limit === undefined) throw new Error("the alarm has no limit");
  switch (alarm.comparisonOperator) {
    case "GreaterThanThreshold":
    case "GreaterThanUpperThreshold":
      return value > limit;
    case "LessThanThreshold":
      return value < limit;
    default:
      throw new Error(`unknown operator ${alarm.comparisonOperator}`);
  }
}
