import type { IAM } from "@aws-sdk/client-iam";
import { exportStatements } from "../../../components/access/braintrust-role";
import { readStatements } from "../../../components/access/snowflake-reader";
import type { Statement } from "../../policy-document";
import { type Check, judge } from "../check";
import type { Aws } from "../clients";
import { askedStatements, comparePolicies, differenceWords, parsePolicy } from "../policies";
import { accountOf, nameOfArn, repair, type Subject } from "../subject";

/** What each identity's policies say, attached by the stack or by others, against what the stack requested. */
export function permissionChecks(subject: Subject, aws: Aws): Check[] {
  const { settings, outputs, writerArn, readerArn } = subject;
  const { bucketArn, exportPrefix, kmsKeyArn } = outputs;
  const grants = { bucketArn, exportPrefix, kmsKeyArn, account: accountOf(subject) };
  const { permissions } = settings.braintrust;
  return [
    permissionCheck(subject, aws, {
      id: "access/braintrust-policy",
      title: `Braintrust's role has the expected policy (${permissions}), and no other`,
      arn: writerArn,
      asked: exportStatements({ ...grants, permissions }),
    }),
    permissionCheck(subject, aws, {
      id: "access/snowflake-policy",
      title: "Snowflake's reader has the expected policy, and no other",
      arn: readerArn,
      asked: readStatements({ ...grants, network: settings.snowflake.network }),
    }),
  ];
}

interface Identity {
  readonly id: string;
  readonly title: string;
  readonly arn: string;
  /** Statements of the program's own, which may hold Outputs. */
  readonly asked: unknown;
}

function permissionCheck(subject: Subject, { iam }: Aws, { id, title, arn, asked }: Identity): Check {
  const isRole = arn.includes(":role/");
  return {
    id,
    title,
    needs: isRole
      ? ["iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetPolicy", "iam:GetPolicyVersion"]
      : [
          "iam:ListGroupsForUser",
          "iam:ListAttachedGroupPolicies",
          "iam:ListGroupPolicies",
          "iam:ListAttachedUserPolicies",
          "iam:ListUserPolicies",
          "iam:GetPolicy",
          "iam:GetPolicyVersion",
        ],
    run: async () => {
      const { attached, inline } = isRole ? await ofRole(iam, arn) : await ofUser(iam, arn);
      const live = (await Promise.all(attached.map((policyArn) => statementsOf(iam, policyArn)))).flat();
      const wanted = await askedStatements(asked);
      return judge(
        [
          ...differenceWords(comparePolicies(live, wanted)),
          ...(inline.length > 0 ? [`has inline policies that were not expected: ${inline.join(", ")}`] : []),
        ],
        `the ${wanted.length} expected statements, and no other`,
        repair(subject),
      );
    },
  };
}

interface Policies {
  /** ARNs. */
  readonly attached: readonly string[];
  /** Names; the program makes none. */
  readonly inline: readonly string[];
}

async function ofRole(iam: IAM, arn: string): Promise<Policies> {
  const role = { RoleName: nameOfArn(arn) };
  const [attached, inline] = await Promise.all([
    iam.listAttachedRolePolicies(role),
    iam.listRolePolicies(role),
  ]);
  return { attached: arns(attached.AttachedPolicies), inline: inline.PolicyNames ?? [] };
}

async function ofUser(iam: IAM, arn: string): Promise<Policies> {
  const user = { UserName: nameOfArn(arn) };
  const [attached, inline, { Groups = [] }] = await Promise.all([
    iam.listAttachedUserPolicies(user),
    iam.listUserPolicies(user),
    iam.listGroupsForUser(user),
  ]);
  const groups = await Promise.all(
    Groups.map(async ({ GroupName }) => ({
      attached: await iam.listAttachedGroupPolicies({ GroupName }),
      inline: await iam.listGroupPolicies({ GroupName }),
    })),
  );
  return {
    attached: [
      ...arns(attached.AttachedPolicies),
      ...groups.flatMap((group) => arns(group.attached.AttachedPolicies)),
    ],
    inline: [...(inline.PolicyNames ?? []), ...groups.flatMap((group) => group.inline.PolicyNames ?? [])],
  };
}

async function statementsOf(iam: IAM, policyArn: string): Promise<Statement[]> {
  const { Policy } = await iam.getPolicy({ PolicyArn: policyArn });
  const { PolicyVersion } = await iam.getPolicyVersion({
    PolicyArn: policyArn,
    VersionId: Policy?.DefaultVersionId,
  });
  return parsePolicy(PolicyVersion?.Document);
}

function arns(policies: readonly { PolicyArn?: string | undefined }[] = []): string[] {
  return policies.flatMap(({ PolicyArn }) => PolicyArn ?? []);
}
