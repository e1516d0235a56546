import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import { awsLimits } from "../aws-limits";
import type { AlarmPlace } from "./alarm-resource";
import { alarmName, describe } from "./alarms";

/** Where the alarm over others belongs, whom it tells, and of which stack it speaks. */
export interface CompositePlace extends AlarmPlace {
  readonly stack: string;
  /** The alarms, which it names. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** The alarm over all others. Where those are more than one rule takes, silent alarms over parts of them lie between. */
export function createComposite(
  name: string,
  health: readonly string[],
  { suffix, stack, alertTopicArn, parent, dependsOn }: CompositePlace,
): void {
  const parts = ruleParts(health);
  const alarmDescription = describe(
    "files do not flow as they should",
    "what the alarms below this one say",
    `npm run pipeline -- status --stack ${stack}`,
  );
  const composite = (
    key: string,
    below: readonly string[],
    tells: pulumi.Input<string>[],
    after: pulumi.Resource[],
  ) =>
    new cloudwatch.CompositeAlarm(
      `${name}-${key}`,
      {
        alarmName: alarmName(suffix, key),
        alarmDescription,
        alarmRule: anyFires(below),
        alarmActions: tells,
        okActions: tells,
      },
      { parent, dependsOn: after },
    );
  const keys = parts.length === 1 ? [] : parts.map((_, index) => `unhealthy-${index + 1}`);
  const between = keys.map((key, index) => composite(key, parts[index] ?? [], [], [...dependsOn]));
  const below = keys.length === 0 ? health : keys.map((key) => alarmName(suffix, key));
  composite("unhealthy", below, [alertTopicArn], [...dependsOn, ...between]);
}

/** The alarms in parts that have room in a rule each. */
export function ruleParts(names: readonly string[]): string[][] {
  const longest = Math.max(...names.map((name) => anyFires([name, ""]).length));
  const size = Math.min(awsLimits.compositeAlarms.most, Math.floor(awsLimits.compositeRule.most / longest));
  return Array.from({ length: Math.ceil(names.length / size) }, (_, index) =>
    names.slice(index * size, (index + 1) * size),
  );
}

/** The rule that holds while one of these alarms fires. */
export function anyFires(names: readonly string[]): string {
  return names.map((name) => `ALARM("${name}")`).join(" OR ");
}
