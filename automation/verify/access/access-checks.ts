import type { ContextEntry, EvaluationResult, IAM } from "@aws-sdk/client-iam";
import { orAbsent } from "../../aws/aws-errors";
import type { Statement } from "../../policy-document";
import { type Check, fail, pass, Skipped } from "../check";
import type { Aws } from "../clients";
import { parsePolicy, speaksOf } from "../policies";
import { repair, type Subject } from "../subject";
import { accessMatrix, type Question } from "./access-matrix";
import { permissionChecks } from "./permission-checks";
import { trustChecks } from "./trust-checks";

/** Who may do what: trust policies and permissions read back, and AWS's own simulator. */
export function accessChecks(subject: Subject, aws: Aws): Check[] {
  const bucketPolicy = once(async () => {
    const answer = await orAbsent(
      aws.s3.getBucketPolicy({ Bucket: subject.outputs.bucketName, ExpectedBucketOwner: subject.accountId }),
      "NoSuchBucketPolicy",
    );
    return parsePolicy(answer?.Policy);
  });
  const simulator = once(() => simulatorWorks(aws.iam, subject));
  return [
    ...trustChecks(subject, aws),
    ...permissionChecks(subject, aws),
    ...accessMatrix(subject).map((question) =>
      simulation(subject, aws.iam, question, { bucketPolicy, simulator }),
    ),
  ];
}

interface Shared {
  readonly bucketPolicy: () => Promise<Statement[]>;
  readonly simulator: () => Promise<boolean>;
}

function simulation(subject: Subject, iam: IAM, question: Question, shared: Shared): Check {
  const { name, title, principalArn, actions, resourceArn, context, expected } = question;
  return {
    id: `access/${name}`,
    title,
    needs: ["iam:SimulatePrincipalPolicy", "s3:GetBucketPolicy"],
    run: async () => {
      const bucketPolicy = await shared.bucketPolicy();
      const unknown = bucketPolicy.filter((statement) => dependsOnCaller(statement, subject));
      if (Object.keys(context).length > 0 && !(await shared.simulator())) {
        throw new Skipped("the simulator of this endpoint ignores a request's context; AWS's does not");
      }
      const { EvaluationResults = [] } = await iam.simulatePrincipalPolicy({
        PolicySourceArn: principalArn,
        ActionNames: [...actions],
        ResourceArns: [resourceArn],
        ContextEntries: contextEntries({ "aws:ResourceAccount": subject.accountId, ...context }),
        ...furtherPolicies(
          bucketPolicy.filter((statement) => !unknown.includes(statement)),
          principalArn,
        ),
      });
      const wrong = actions.filter((action) => !asExpected(decisionOn(action, EvaluationResults), expected));
      const without = unknown.length === 0 ? "" : `, without ${unknown.map(({ Sid }) => Sid).join(", ")}`;
      if (wrong.length === 0) return pass(`simulated ${actions.join(", ")}: ${expected}${without}`);
      return fail(
        `simulated ${wrong.map((action) => `${action} is ${decisionWords(action, EvaluationResults)}`).join(", ")}`,
        repair(subject),
      );
    },
  };
}

/** A statement of the company's own with conditions, on an organization for example, whose values no simulation knows. */
function dependsOnCaller({ Sid, Condition }: Statement, { settings }: Subject): boolean {
  return Condition !== undefined && settings.bucketPolicyStatements.some((own) => own.Sid === Sid);
}

/**
 * The bucket policy's statements about an identity, as policies of its own. AWS simulates resource policies for users
 * alone and not for roles; within one account both kinds are added up alike, so that the outcome is the same.
 * docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
function furtherPolicies(
  bucketPolicy: readonly Statement[],
  principalArn: string,
): { PolicyInputList?: string[] } {
  const own = bucketPolicy
    .filter((statement) => speaksOf(statement, principalArn))
    .map(({ Principal, NotPrincipal, ...statement }) => statement);
  if (own.length === 0) return {};
  return { PolicyInputList: [JSON.stringify({ Version: "2012-10-17", Statement: own })] };
}

/**
 * Whether the simulator heeds further policies and context. AWS's does; one that does not, of an emulator, would answer
 * each question about a condition alike. Asked by a Deny, since no grant could make up for it.
 */
async function simulatorWorks(iam: IAM, { writerArn, outputs }: Subject): Promise<boolean> {
  const action = "s3:GetBucketTagging";
  const control = { "aws:UserAgent": "simulator-control" };
  const deny = {
    Effect: "Deny",
    Action: action,
    Resource: outputs.bucketArn,
    Condition: { StringEquals: control },
  };
  const { EvaluationResults = [] } = await iam.simulatePrincipalPolicy({
    PolicySourceArn: writerArn,
    ActionNames: [action],
    ResourceArns: [outputs.bucketArn],
    ContextEntries: contextEntries(control),
    PolicyInputList: [JSON.stringify({ Version: "2012-10-17", Statement: [deny] })],
  });
  return decisionOn(action, EvaluationResults) === "explicitDeny";
}

function contextEntries(context: Question["context"]): ContextEntry[] {
  return Object.entries(context).map(([name, value]) => ({
    ContextKeyName: name,
    ContextKeyType: name === "aws:SecureTransport" ? "boolean" : "string",
    ContextKeyValues: [value],
  }));
}

/** An action that the answer leaves out counts as neither allowed nor denied. */
function decisionOn(action: string, results: readonly EvaluationResult[]): string {
  return resultOf(action, results)?.EvalDecision ?? "not answered";
}

function asExpected(decision: string, expected: Question["expected"]): boolean {
  switch (expected) {
    case "allowed":
      return decision === "allowed";
    case "denied":
      return decision === "implicitDeny" || decision === "explicitDeny";
    case "refused":
      return decision === "explicitDeny";
  }
}

function decisionWords(action: string, results: readonly EvaluationResult[]): string {
  const decision = decisionOn(action, results);
  const result = resultOf(action, results);
  if (result?.OrganizationsDecisionDetail?.AllowedByOrganizations === false) {
    return `${decision}, by a policy of the organization`;
  }
  if (result?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false) {
    return `${decision}, by a permissions boundary`;
  }
  return decision === "implicitDeny" ? "not allowed" : decision === "explicitDeny" ? "denied" : decision;
}

function resultOf(action: string, results: readonly EvaluationResult[]): EvaluationResult | undefined {
  return results.find(({ EvalActionName }) => EvalActionName?.toLowerCase() === action.toLowerCase());
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
