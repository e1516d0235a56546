import type { Check } from "../verify/check";
import type { Subject } from "../verify/subject";
import type { Grant } from "./grant";

/**
 * What checks need, on what the stack has: each check names its actions, and here is on which of the stack's ARNs. Policies that
 * somebody else has attached are what a check looks for, and alarms belong to no stack while they are missing, so both are read
 * wherever they are.
 */
export function checkGrants(
  checks: readonly Pick<Check, "needs">[],
  subject: Subject,
  arns: readonly string[],
): Grant[] {
  const { outputs, writerArn, readerArn } = subject;
  const existing = [outputs.bucketArn, outputs.auditTrailArn, ...keysOf(subject), writerArn, readerArn];
  const known = [...arns, ...existing.filter((arn) => arn !== undefined)];
  const actions = [...new Set(checks.flatMap(({ needs }) => needs))];
  return actions.map((action) => ({ read: [action], write: [], resources: on(action, subject, known) }));
}

const ANYWHERE = [
  "s3:GetAccountPublicAccessBlock",
  "cloudwatch:DescribeAlarms",
  "iam:GetPolicy",
  "iam:GetPolicyVersion",
];
const onObjects = /^s3:(Get|Put|Delete)Object(Version)?$/;

function on(action: string, { outputs, settings }: Subject, known: readonly string[]): string[] {
  if (ANYWHERE.includes(action)) return ["*"];
  const { bucketArn } = outputs;
  // Probes lie below the prefix, and where neither role may write.
  if (onObjects.test(action)) {
    return ["", "not-"].map((before) => `${bucketArn}/${before}${settings.exportPrefix}*`);
  }
  const [service = "", operation = ""] = action.split(":");
  const owned = (owner: string, kind: RegExp) =>
    known.filter((arn) => arn.split(":")[2] === owner && kind.test(arn.split(":").slice(5).join(":")));
  switch (service) {
    case "s3":
      // In addition to the exports, the bucket of the access logs: it alone has a name of Pulumi's.
      return [bucketArn, ...owned("s3", /^[^/]+-\*$/)];
    case "sts":
      return owned("iam", /^role\/.*[^*]$/);
    case "iam":
      return owned("iam", kindOf(operation));
    case "kms":
      return owned("kms", /^key\//);
    default:
      return owned(service, /./);
  }
}

/** What an operation of IAM is on, by its name. */
function kindOf(operation: string): RegExp {
  if (/User|AccessKey/.test(operation)) return /^user\//;
  if (/Group/.test(operation)) return /^group\//;
  if (/Simulate/.test(operation)) return /^(role|user)\/.*[^*]$/;
  return /^role\/.*[^*]$/;
}

function keysOf({ ownKeyArn, outputs }: Subject): (string | undefined)[] {
  return ownKeyArn === undefined ? [outputs.kmsKeyArn] : [];
}
