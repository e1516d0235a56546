import assert from "node:assert/strict";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { SHARED_POLICY } from "../../../components/storage/share-names";
import { ACCOUNT_ID, type Deployment, type Program, type Registered, sharedProgram } from "../../support";

export const BRAINTRUST_ID = "111122223333";
export const bucket = "arn:aws:s3:::acme-exports";
export const inside = `${bucket}/braintrust-exports/logs/1.jsonl`;
export const outside = `${bucket}/other/1.jsonl`;

export const principals = {
  /** Any role of Braintrust's account. */
  braintrust: `arn:aws:iam::${BRAINTRUST_ID}:role/export-worker`,
  snowflake: "arn:aws:iam::444455556666:user/abc1-b-self1234",
  /** An administrator of an account that has nothing to do with the pipeline. */
  outsider: "arn:aws:iam::999900001111:role/Anybody",
  administrator: `arn:aws:iam::${ACCOUNT_ID}:role/Administrator`,
  writer: `arn:aws:iam::${ACCOUNT_ID}:role/BraintrustExportRole-dev`,
  reader: `arn:aws:iam::${ACCOUNT_ID}:role/SnowflakeReaderRole-dev`,
  readerUser: `arn:aws:iam::${ACCOUNT_ID}:user/SnowflakeS3User-dev`,
} as const;

/** Settings with which everything is connected. */
export const connected = {
  bucketName: "acme-exports",
  braintrust: { accountId: BRAINTRUST_ID, orgId: "org-1" },
  snowflake: { iamUserArn: principals.snowflake, externalId: "acme_id=1" },
};

/** One request to AWS. */
export interface Attempt {
  /** ARN of a role, user or session, or the name of an AWS service. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request, in addition to TLS 1.3. */
  readonly context?: Readonly<Record<string, string>>;
}

export type Verdict = "Allowed" | "ExplicitlyDenied" | "ImplicitlyDenied";

/** What an attempt must come to; `Denied` is any refusal. */
export type Row = readonly [verdict: Verdict | "Denied", attempt: Attempt];

/** Declares one test for each row, over the program with these settings. */
export function matrix(
  title: string,
  settings: Readonly<Record<string, unknown>>,
  rows: readonly Row[],
): void {
  describe(title, () => {
    let program: Program;
    before(async () => {
      program = await sharedProgram(settings);
    });
    for (const [verdict, attempt] of rows) {
      const { principal, action, resource, context = {} } = attempt;
      const conditions = Object.entries(context).map(([key, value]) => ` ${key}=${value}`);
      it(`${verdict}: ${principal} ${action} ${resource}${conditions.join("")}`, async () => {
        const judged = await judge(program.deployed, attempt);
        if (verdict === "Denied") assert.notEqual(judged, "Allowed");
        else assert.equal(judged, verdict);
      });
    }
  });
}

/** An attempt, with the condition keys of its request. */
export function act(
  principal: string,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>> = {},
): Attempt {
  return { principal, action, resource, context };
}

/** An attempt to become a role. */
export function assume(principal: string, role: string, externalId?: string): Attempt {
  return act(
    principal,
    "sts:AssumeRole",
    role,
    externalId === undefined ? {} : { "sts:ExternalId": externalId },
  );
}

/** An administrator of whatever account it is of: what stops it must be a policy of ours. */
const administrator = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

/** What an independent evaluator says of an attempt against the policies of a deployment. */
export async function judge(deployed: Deployment, attempt: Attempt): Promise<Verdict> {
  const { principal, action, resource, context } = attempt;
  const tls: Record<string, string> = action.startsWith("s3:") ? { "s3:TlsVersion": "1.3" } : {};
  const simulated = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: ACCOUNT_ID },
        contextVariables: {
          "aws:SecureTransport": "true",
          "aws:ResourceAccount": ACCOUNT_ID,
          ...tls,
          ...context,
        },
      },
      identityPolicies: identityPolicies(deployed, principal),
      resourcePolicy: resourcePolicy(deployed, resource),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    { simulationMode: "Strict" },
  );
  if (simulated.resultType !== "single") throw new Error(JSON.stringify(simulated));
  const ignored = simulated.result.ignoredContextKeys ?? [];
  if (ignored.length > 0) throw new Error(`${action} has no condition key ${ignored.join(", ")}`);
  return simulated.overallResult;
}

function identityPolicies(deployed: Deployment, principal: string): { name: string; policy: unknown }[] {
  if (!principal.startsWith("arn:")) return [];
  const [, , , owner, path = ""] = principal.replace(/^arn:[^:]+/, "arn").split(":");
  const [kind] = path.split("/");
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (owner !== ACCOUNT_ID || name === "Administrator")
    return [{ name: "administrator", policy: administrator }];
  const attached = kind === "user" ? userPolicies(deployed, name) : rolePolicies(deployed, name);
  return attached.map((policy) => ({ name: policy.name, policy: JSON.parse(String(policy.inputs.policy)) }));
}

function rolePolicies(deployed: Deployment, role: string): Registered[] {
  const arns = deployed
    .of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    .filter(({ inputs }) => inputs.role === role)
    .map(({ inputs }) => inputs.policyArn);
  const inline = deployed.of("aws:iam/rolePolicy:RolePolicy").filter(({ inputs }) => inputs.role === role);
  return [...managedPolicies(deployed, arns), ...inline];
}

function userPolicies(deployed: Deployment, user: string): Registered[] {
  const groups = deployed
    .of("aws:iam/userGroupMembership:UserGroupMembership")
    .filter(({ inputs }) => inputs.user === user)
    .flatMap(({ inputs }) => inputs.groups);
  const arns = deployed
    .of("aws:iam/groupPolicyAttachment:GroupPolicyAttachment")
    .filter(({ inputs }) => groups.includes(inputs.group))
    .map(({ inputs }) => inputs.policyArn);
  return managedPolicies(deployed, arns);
}

function managedPolicies(deployed: Deployment, arns: readonly unknown[]): Registered[] {
  return deployed
    .of("aws:iam/policy:Policy")
    .filter(({ inputs }) => arns.some((arn) => String(arn).split("/").at(-1) === inputs.name));
}

/** A key of somebody else, as AWS creates it: docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
const policyOfForeignKey = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` },
      Action: "kms:*",
      Resource: "*",
    },
  ],
};

function resourcePolicy(deployed: Deployment, resource: string): unknown {
  const [, , service, , , ...rest] = resource.split(":");
  const path = rest.join(":");
  const holds: Record<string, (candidate: Registered) => boolean> = {
    "aws:s3/bucketPolicy:BucketPolicy": ({ inputs }) =>
      service === "s3" && inputs.bucket === path.split("/")[0],
    [SHARED_POLICY]: ({ inputs }) => service === "s3" && inputs.bucket === path.split("/")[0],
    "aws:kms/keyPolicy:KeyPolicy": ({ inputs }) => service === "kms" && path === `key/${inputs.keyId}`,
    "aws:sqs/queue:Queue": ({ inputs }) => service === "sqs" && path === inputs.name,
    "aws:sns/topicPolicy:TopicPolicy": ({ inputs }) => inputs.arn === resource,
    "aws:iam/role:Role": ({ inputs }) => service === "iam" && path === `role/${inputs.name}`,
  };
  const [found] = deployed.resources.filter((candidate) => holds[candidate.type]?.(candidate));
  if (found === undefined && service === "kms") return policyOfForeignKey;
  if (found === undefined) throw new Error(`${resource} has no policy`);
  return JSON.parse(String(found.inputs.policy ?? found.inputs.assumeRolePolicy));
}
