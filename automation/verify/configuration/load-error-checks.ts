import { deadLetterName } from "../../../components/physical-names";
import { type Check, judge } from "../check";
import type { Aws } from "../clients";
import { comparePolicies, differenceWords, parsePolicy } from "../policies";
import { nameOfArn, repair, type Subject } from "../subject";
import { queueChecks } from "./queue-checks";
import { topicChecks } from "./topic-checks";

/** What carries Snowpipe's reports of files that it could not load, where the stack has them. */
export function loadErrorChecks(subject: Subject, aws: Aws): Check[] {
  const { errorTopicArn: topicArn, errorQueueUrl: url, errorRoleArn: roleArn } = subject.outputs;
  if (topicArn === undefined || url === undefined || roleArn === undefined) return [];
  const queueArn = `arn:${subject.partition}:sqs:${subject.outputs.bucketRegion}:${subject.accountId}:${url.split("/").at(-1)}`;
  return [
    publisherCheck(subject, aws, roleArn, topicArn),
    ...topicChecks(subject, aws, {
      group: "errors",
      title: "The topic of load errors is for this account alone",
      topicArn,
      queueArn,
    }),
    ...queueChecks(subject, aws, {
      group: "errors",
      url,
      arn: queueArn,
      deadLetterArn: deadLetterName(queueArn),
      sender: { service: "sns.amazonaws.com", sourceArn: topicArn },
    }),
  ];
}

function publisherCheck(subject: Subject, { iam }: Aws, roleArn: string, topicArn: string): Check {
  const asked = [{ Effect: "Allow" as const, Action: "sns:Publish", Resource: topicArn }];
  return {
    id: "errors/publisher-policy",
    title: "The role of load errors may publish them, and nothing else",
    needs: ["iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"],
    run: async () => {
      const role = { RoleName: nameOfArn(roleArn) };
      const [{ PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([
        iam.listRolePolicies(role),
        iam.listAttachedRolePolicies(role),
      ]);
      const inline = await Promise.all(
        PolicyNames.map((PolicyName) => iam.getRolePolicy({ ...role, PolicyName })),
      );
      const live = inline.flatMap(({ PolicyDocument }) => parsePolicy(PolicyDocument));
      const attached = AttachedPolicies.map(({ PolicyName }) => PolicyName);
      return judge(
        [
          ...differenceWords(comparePolicies(live, asked)),
          ...(attached.length > 0 ? [`has policies that were not expected: ${attached.join(", ")}`] : []),
        ],
        "the one expected statement, and no other",
        repair(subject),
      );
    },
  };
}
