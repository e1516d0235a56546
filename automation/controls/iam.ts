import { listOf } from "../policy-document";
import type { ControlGroup } from "./control";
import {
  both,
  type Evidence,
  type Evident,
  every,
  everyStatement,
  NothingToJudge,
  NotMet,
  none,
} from "./evidence";

const IDENTITY_POLICIES = ["aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"];
const ofIdentity = ({ type }: Evident) => IDENTITY_POLICIES.includes(type);
const USER = "aws:iam/user:User";
const noConsole: Evidence = (judged) => {
  if (!judged.programs.flat().some(({ type }) => type === USER)) {
    throw new NothingToJudge("the stack creates no IAM user");
  }
  const says = "no user has a password: Snowflake's has access keys alone";
  return none(["aws:iam/userLoginProfile:UserLoginProfile"], says)(judged);
};

const NO_KEY = "no IAM user has an access key";

function keysIn(resources: readonly Evident[]): Evident[] {
  return resources.filter(({ type }) => type === "aws:iam/accessKey:AccessKey");
}

/** What is asked of keys does not concern a stack that has none. */
const withoutKeys: Evidence = ({ programs }) => {
  if (programs.flatMap(keysIn).length === 0) throw new NothingToJudge(NO_KEY);
  throw new NotMet("Snowflake's user has an access key");
};

/** docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html, and CIS AWS Foundations Benchmark v5.0.0 section 1. */
export const iamControls: ControlGroup = {
  service: "AWS IAM",
  page: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
  controls: [
    {
      id: "IAM.1",
      title: 'No full "*" administrative privileges',
      verdict: {
        met: everyStatement(
          "no action and no resource is *",
          ofIdentity,
          ({ Effect, Action, Resource }) =>
            Effect === "Deny" || [...listOf(Action), ...listOf(Resource)].every((each) => each !== "*"),
        ),
      },
    },
    {
      id: "IAM.2",
      title: "Users have no policies of their own",
      verdict: {
        met: both(
          none(
            ["aws:iam/userPolicyAttachment:UserPolicyAttachment", "aws:iam/userPolicy:UserPolicy"],
            "Snowflake's user has its policy through a group",
          ),
          every("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", "attached to the group", () => true),
        ),
      },
    },
    {
      id: "IAM.3",
      title: "Access keys rotated every 90 days or less",
      verdict: {
        accepted:
          "a key exists in `access: user` alone; `rotate-keys` replaces it without a gap and `status` shows its age, and somebody must run it",
        unless: withoutKeys,
      },
    },
    { id: "IAM.5", title: "MFA for users with a console password", verdict: { met: noConsole } },
    {
      id: "IAM.8",
      title: "Unused user credentials removed",
      verdict: {
        accepted: "`status` names keys that nobody uses; whether to delete one is for a person to say",
        unless: withoutKeys,
      },
    },
    {
      id: "IAM.21",
      title: "No wildcard actions for services in customer managed policies",
      verdict: {
        met: everyStatement(
          "every action is spelled out",
          ofIdentity,
          ({ Effect, Action }) =>
            Effect === "Deny" || listOf(Action).every((action) => !action.includes("*")),
        ),
      },
    },
    {
      id: "IAM.22",
      title: "Credentials unused for 45 days removed",
      verdict: { accepted: "as IAM.8", unless: withoutKeys },
    },
    {
      id: "IAM.28",
      title: "IAM Access Analyzer external access analyzer enabled",
      verdict: { outOfScope: "one a region, for the whole account" },
    },
    {
      id: "CIS 1.10",
      title: "No access keys at set-up for users with a console password",
      verdict: { met: noConsole },
    },
    {
      id: "CIS 1.12",
      title: "Only one active access key for a user",
      verdict: {
        met: ({ programs }) => {
          const keys = programs.map(keysIn).find(({ length }) => length > 0);
          if (keys === undefined) throw new NothingToJudge(NO_KEY);
          const active = keys.filter(({ inputs }) => inputs.status !== "Inactive");
          if (active.length > 1) {
            throw new NotMet(`${active.length} keys are active until \`rotate-keys\` is done`);
          }
          return `\`${active[0]?.name}\` alone is active; a second one is during \`rotate-keys\``;
        },
      },
    },
  ],
};
