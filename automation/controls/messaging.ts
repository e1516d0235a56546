import { listOf } from "../policy-document";
import type { ControlGroup } from "./control";
import {
  type Evidence,
  type Evident,
  every,
  everyStatement,
  isPublic,
  NothingToJudge,
  NotMet,
  statementsIn,
} from "./evidence";

const SECRET = "aws:secretsmanager/secret:Secret";
const QUEUE = "aws:sqs/queue:Queue";
const TOPIC = "aws:sns/topic:Topic";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
const KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy";
const security = "https://docs.aws.amazon.com/securityhub/latest/userguide";

/** The provider tags every resource that can be tagged. */
export function tagged(wanted: string): Evidence {
  return ({ programs, tags }) => {
    if (!programs.flat().some(({ type }) => type === wanted)) {
      throw new NothingToJudge(`no resource of type \`${wanted}\``);
    }
    if (Object.keys(tags).length === 0) throw new NotMet("aws:defaultTags has no tag");
    return `\`aws:defaultTags\`: ${Object.keys(tags).join(", ")}`;
  };
}

const notPublic = (type: string) =>
  everyStatement(
    "nobody is let in without a name",
    (policy) => policy.type === type,
    (statement) => !isPublic(statement),
  );

/** docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html */
export const sqsControls: ControlGroup = {
  service: "Amazon SQS",
  page: `${security}/sqs-controls.html`,
  controls: [
    {
      id: "SQS.1",
      title: "Queues encrypted at rest",
      verdict: {
        met: every(QUEUE, "SSE-SQS", ({ inputs }) => inputs.sqsManagedSseEnabled === true),
      },
    },
    { id: "SQS.2", title: "Queues tagged", verdict: { met: tagged(QUEUE) } },
    { id: "SQS.3", title: "Queue policies not public", verdict: { met: notPublic(QUEUE) } },
  ],
};

/** docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html */
export const snsControls: ControlGroup = {
  service: "Amazon SNS",
  page: `${security}/sns-controls.html`,
  controls: [
    {
      id: "SNS.1",
      title: "Topics encrypted at rest with KMS",
      verdict: {
        accepted:
          "where the stack has a key (`encryption: kms`), the topics of events and alerts are under it; that of load errors never is, since Snowflake's role publishes to it and must have no grant on the key of the exports",
        unless: every(TOPIC, "under a KMS key", ({ inputs }) => inputs.kmsMasterKeyId !== undefined),
      },
    },
    { id: "SNS.3", title: "Topics tagged", verdict: { met: tagged(TOPIC) } },
    { id: "SNS.4", title: "Topic policies not public", verdict: { met: notPublic(TOPIC_POLICY) } },
  ],
};

/** Policies that may name a key. */
const grantsKeys = ({ type }: Evident) =>
  ["aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"].includes(type);
const oneKey = everyStatement(
  "whatever may decrypt names the one key",
  grantsKeys,
  ({ Action, Resource }) =>
    !listOf(Action).some((action) => action.startsWith("kms:")) ||
    listOf(Resource).every((resource) => /:key\/[\w-]+$/.test(resource)),
);

/** docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html */
export const kmsControls: ControlGroup = {
  service: "AWS KMS",
  page: `${security}/kms-controls.html`,
  controls: [
    {
      id: "KMS.1",
      title: "Customer managed policies do not allow decryption with every key",
      verdict: { met: oneKey },
    },
    {
      id: "KMS.2",
      title: "Inline policies do not allow decryption with every key",
      verdict: { met: oneKey },
    },
    {
      id: "KMS.3",
      title: "Keys not deleted unintentionally",
      verdict: {
        met: every(
          "aws:kms/key:Key",
          "30 days between deletion and the end",
          ({ inputs }) => inputs.deletionWindowInDays === 30,
        ),
      },
    },
    {
      id: "KMS.4",
      title: "Key rotation enabled",
      verdict: {
        met: every(
          "aws:kms/key:Key",
          "rotates every year",
          ({ inputs }) => inputs.enableKeyRotation === true,
        ),
      },
    },
    { id: "KMS.5", title: "Keys not publicly accessible", verdict: { met: notPublic(KEY_POLICY) } },
  ],
};

const byRotateKeys =
  "a Lambda function that rotates would need the right to make keys; `rotate-keys` does it on request, with Snowflake's side";

const withoutSecret: Evidence = ({ programs }) => {
  if (!programs.flat().some(({ type }) => type === SECRET))
    throw new NothingToJudge("the stack has no secret");
  throw new NotMet("the stack has a secret");
};

/** docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html; one secret exists, in `access: user`. */
export const secretControls: ControlGroup = {
  service: "AWS Secrets Manager",
  page: `${security}/secretsmanager-controls.html`,
  controls: [
    {
      id: "SecretsManager.1",
      title: "Automatic rotation enabled",
      verdict: { accepted: byRotateKeys, unless: withoutSecret },
    },
    {
      id: "SecretsManager.2",
      title: "Automatic rotation succeeds",
      verdict: { outOfScope: "no secret rotates automatically (SecretsManager.1)" },
    },
    {
      id: "SecretsManager.3",
      title: "Unused secrets removed",
      verdict: {
        met: ({ programs }) => {
          const count = (resources: readonly Evident[], type: string) =>
            resources.filter((each) => each.type === type).length;
          const secrets = programs.flat().filter(({ type }) => type === SECRET);
          if (secrets.length === 0) throw new NothingToJudge("the stack has no secret");
          if (programs.some((each) => count(each, SECRET) > count(each, "aws:iam/user:User"))) {
            throw new NotMet("a secret exists that no user needs");
          }
          return `\`${secrets[0]?.name}\` exists in \`access: user\` alone, and goes with the user`;
        },
        beyond:
          "Snowflake keeps its own copy of the key, and AWS's check fails 90 days after somebody last read the secret",
      },
    },
    {
      id: "SecretsManager.4",
      title: "Secrets rotated within 90 days",
      verdict: { accepted: byRotateKeys, unless: withoutSecret },
    },
    { id: "SecretsManager.5", title: "Secrets tagged", verdict: { met: tagged(SECRET) } },
  ],
};

/** Whether some statement of a key's policy lets a service in. */
export function keyServes(service: string): Evidence {
  return ({ programs }) => {
    const policies = programs.flat().filter(({ type }) => type === KEY_POLICY);
    const serves = (policy: Evident) =>
      statementsIn(policy)?.some((each) => JSON.stringify(each.Principal).includes(service));
    if (policies.length === 0 || !policies.every(serves))
      throw new NotMet(`the key's policy does not name ${service}`);
    return `the key's policy names ${service}`;
  };
}
