import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { Statement } from "../../../../automation/policy-document";
import { ACCOUNT_ID } from "../../../support";
import { awsError } from "../fake-queue";
import { CALLER, type Live } from "../live-account";

/** What AWS's simulator takes for granted of a key, whose policy it is not told. */
export const delegation: Statement[] = [
  { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` }, Action: "kms:*", Resource: "*" },
];
/** An administrator's policy. */
export const everything: Statement[] = [{ Effect: "Allow", Action: "*", Resource: "*" }];

/** The evaluator's verdicts in the words of AWS's simulator. */
export const decisions = {
  Allowed: "allowed",
  ExplicitlyDenied: "explicitDeny",
  ImplicitlyDenied: "implicitDeny",
} as const;

/** Lets an identity of the account act on the bucket, over TLS, or refuses it as AWS does. */
export async function authorize(
  live: Live,
  principal: string,
  action: string,
  resource: string,
  context: Record<string, string> = {},
): Promise<void> {
  const named = principal.startsWith("arn:") ? principal : userArn(live);
  const policies = named === CALLER ? [everything] : (live.identities.get(nameOf(named))?.attached ?? []);
  const request = {
    "aws:SecureTransport": "true",
    "aws:ResourceAccount": ACCOUNT_ID,
    "s3:TlsVersion": "1.3",
    ...context,
  };
  const verdict = await evaluate(named, action, resource, request, policies, live.bucketPolicy ?? []);
  if (verdict !== "Allowed") {
    throw awsError(
      "AccessDenied",
      `${named} is not authorized to perform: ${action} on resource: ${resource}`,
    );
  }
}

function userArn(live: Live): string {
  const [name] = [...live.identities.keys()].filter((each) => each.startsWith("SnowflakeS3User"));
  return `arn:aws:iam::${ACCOUNT_ID}:user/${name}`;
}

/** What the evaluator has said: tests that break one thing each make most requests again. */
const known = new Map<string, Promise<keyof typeof decisions>>();

/** What an independent evaluator says. */
export function evaluate(...request: Parameters<typeof simulate>): Promise<keyof typeof decisions> {
  const key = JSON.stringify(request);
  const verdict = known.get(key) ?? simulate(...request);
  known.set(key, verdict);
  return verdict;
}

async function simulate(
  principal: string,
  action: string,
  resource: string,
  contextVariables: Record<string, string>,
  identityPolicies: readonly (readonly Statement[])[],
  resourcePolicy?: readonly Statement[],
): Promise<keyof typeof decisions> {
  const simulated = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: ACCOUNT_ID }, contextVariables },
      identityPolicies: identityPolicies.map((each, index) => ({
        name: `policy-${index}`,
        policy: JSON.parse(document(each)),
      })),
      ...(resourcePolicy === undefined || resourcePolicy.length === 0
        ? {}
        : { resourcePolicy: JSON.parse(document(resourcePolicy)) }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    { simulationMode: "Strict" },
  );
  if (simulated.resultType !== "single") throw new Error(JSON.stringify(simulated));
  return simulated.overallResult;
}

/** Statements as the text of a policy. */
export function document(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export function nameOf(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}
