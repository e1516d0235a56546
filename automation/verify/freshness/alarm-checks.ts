import type { CloudWatch, MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { alarmName } from "../../../components/monitoring/alarms";
import { commandLine } from "../../command-line";
import { listed } from "../../terminal/counted";
import { type Check, fail, judge, skip } from "../check";
import type { Aws } from "../clients";
import type { Subject } from "../subject";

/** Whether the stack's alarms are there, on, and silent; none where monitoring is off. */
export function alarmChecks({ stack, outputs }: Subject, { cloudWatch }: Aws): Check[] {
  const { alertsTopicArn } = outputs;
  if (alertsTopicArn === undefined) return [];
  return [
    {
      id: "fresh/alarms",
      title: "The stack's alarms are on, and none fires",
      needs: ["cloudwatch:DescribeAlarms"],
      run: async () => {
        const alarms = await alarmsOf(cloudWatch, stack, alertsTopicArn);
        if (alarms.length === 0) {
          return skip(
            `no alarm tells ${alertsTopicArn}`,
            `\`${commandLine("status", stack)}\` names alarms that are gone`,
          );
        }
        const named = (list: readonly MetricAlarm[]) => listed(list.map(({ AlarmName = "" }) => AlarmName));
        const silenced = alarms.filter(({ ActionsEnabled }) => ActionsEnabled === false);
        if (silenced.length > 0) {
          return fail(`actions are off: ${named(silenced)}`, `\`${enableActions(stack, silenced)}\``);
        }
        const firing = alarms.filter(({ StateValue }) => StateValue === "ALARM");
        return judge(
          firing.length === 0 ? [] : [`${named(firing)} fires`],
          `none of ${alarms.length} fires`,
          "do what the alarm's description says",
        );
      },
    },
  ];
}

/** CloudWatch takes 100 names at once; more than a few do not fit into a line. */
function enableActions(stack: string, alarms: readonly MetricAlarm[]): string {
  const enable = "aws cloudwatch enable-alarm-actions --alarm-names";
  if (alarms.length <= 10) return `${enable} ${alarms.map(({ AlarmName }) => AlarmName).join(" ")}`;
  const silent = `MetricAlarms[?!ActionsEnabled].AlarmName`;
  return `aws cloudwatch describe-alarms --alarm-name-prefix ${alarmName(stack, "")} --query '${silent}' --output text | xargs -n 100 ${enable}`;
}

/** Alarms named after the stack that tell its topic: another stack's name may begin alike. */
async function alarmsOf(cloudWatch: CloudWatch, stack: string, topicArn: string): Promise<MetricAlarm[]> {
  const found: MetricAlarm[] = [];
  let token: string | undefined;
  do {
    const { MetricAlarms = [], NextToken } = await cloudWatch.describeAlarms({
      AlarmNamePrefix: alarmName(stack, ""),
      NextToken: token,
    });
    found.push(...MetricAlarms.filter(({ AlarmActions }) => AlarmActions?.includes(topicArn)));
    token = NextToken;
  } while (token !== undefined);
  return found;
}
