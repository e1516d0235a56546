import { type Check, judge } from "../check";
import type { Aws } from "../clients";
import { parsePolicy } from "../policies";
import { nameOfArn, repair, type Subject, writerExternalIds } from "../subject";
import { type AskedTrust, trustProblems } from "./trust";

/** Who may assume the stack's roles, by the trust policies that IAM has. */
export function trustChecks(subject: Subject, aws: Aws): Check[] {
  const { outputs, settings } = subject;
  const { snowflakeRoleArn, errorRoleArn } = outputs;
  const { snowflake } = settings;
  return [
    trustCheck(subject, aws, {
      id: "trust/braintrust",
      who: "Braintrust's role",
      roleArn: subject.writerArn,
      asked: writerTrust(subject),
    }),
    ...(snowflakeRoleArn === undefined
      ? []
      : [
          trustCheck(subject, aws, {
            id: "trust/snowflake",
            who: "Snowflake's role",
            roleArn: snowflakeRoleArn,
            asked: exactTrust(snowflake),
          }),
        ]),
    ...(errorRoleArn === undefined
      ? []
      : [
          trustCheck(subject, aws, {
            id: "trust/load-errors",
            who: "the role of load errors",
            roleArn: errorRoleArn,
            asked: exactTrust(snowflake.errorNotifications),
          }),
        ]),
  ];
}

interface Role {
  readonly id: string;
  readonly who: string;
  readonly roleArn: string;
  readonly asked: AskedTrust | undefined;
}

function trustCheck(subject: Subject, { iam }: Aws, { id, who, roleArn, asked }: Role): Check {
  return {
    id,
    title:
      asked === undefined
        ? `Nobody may assume ${who} yet`
        : `Only ${asked.principalArns.map(nameOfPrincipal).join(" and ")} may assume ${who}, with the right external id`,
    needs: ["iam:GetRole"],
    run: async () => {
      const { Role: role } = await iam.getRole({ RoleName: nameOfArn(roleArn) });
      return judge(
        trustProblems(parsePolicy(role?.AssumeRolePolicyDocument), asked),
        asked === undefined
          ? "cannot be assumed yet"
          : `trusts ${asked.principalArns.join(" and ")}, external id ${asked.externalIds.join(" or ")}`,
        repair(subject),
      );
    },
  };
}

function writerTrust(subject: Subject): AskedTrust | undefined {
  const { accountId, principalArns } = subject.settings.braintrust;
  const externalIds = writerExternalIds(subject);
  const root = accountId === undefined ? [] : [`arn:${subject.partition}:iam::${accountId}:root`];
  const trusted = principalArns ?? root;
  if (trusted.length === 0 || externalIds.length === 0) return undefined;
  return { principalArns: trusted, externalIds, match: "StringLike" };
}

function exactTrust(known: {
  readonly iamUserArn?: string | undefined;
  readonly externalId?: string | undefined;
}): AskedTrust | undefined {
  if (known.iamUserArn === undefined || known.externalId === undefined) return undefined;
  return { principalArns: [known.iamUserArn], externalIds: [known.externalId], match: "StringEquals" };
}

function nameOfPrincipal(arn: string): string {
  return (
    /:(\d{12}):root$/.exec(arn)?.[1]?.replace(/^/, "account ") ??
    arn.replace(/^.*:(user|role)\/(?:.*\/)?/, "$1 ")
  );
}
