import { awsLimits } from "../../components/aws-limits";
import type { AllowStatement, Grant } from "./grant";

/** Characters of a managed policy, blanks not counted. */
export const LONGEST_POLICY = awsLimits.managedPolicy.most;

/** An IAM policy document. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly AllowStatement[];
}

/** Actions of a grant that somebody needs. */
export interface Granted extends Pick<Grant, "resources" | "condition"> {
  readonly actions: readonly string[];
}

/** Grants as statements: resources of the same actions share one. */
export function statementsOf(grants: readonly Granted[]): AllowStatement[] {
  const byResource = new Map<
    string,
    { resource: string; actions: Set<string>; condition: Grant["condition"] }
  >();
  for (const { actions, resources, condition } of grants) {
    for (const resource of actions.length === 0 ? [] : resources) {
      const service = resource === "*" ? (actions[0]?.split(":")[0] ?? "") : "";
      const key = JSON.stringify([resource, service, condition]);
      const entry = byResource.get(key) ?? { resource, actions: new Set(), condition };
      for (const action of actions) entry.actions.add(action);
      byResource.set(key, entry);
    }
  }
  const merged = new Map<string, { resources: string[]; actions: string[]; condition: Grant["condition"] }>();
  for (const { resource, actions, condition } of byResource.values()) {
    const sorted = [...actions].sort();
    const key = JSON.stringify([sorted, condition]);
    const entry = merged.get(key) ?? { resources: [], actions: sorted, condition };
    entry.resources.push(resource);
    merged.set(key, entry);
  }
  const taken = new Map<string, number>();
  return [...merged.values()].map(({ resources, actions, condition }) => ({
    Sid: sidOf(actions, taken),
    Effect: "Allow",
    Action: actions,
    Resource: [...new Set(resources)].sort(),
    Condition: condition,
  }));
}

/** After the service, numbered: "S31", "S32". */
function sidOf([first = ""]: readonly string[], taken: Map<string, number>): string {
  const service = first.split(":")[0] ?? "";
  const number = (taken.get(service) ?? 0) + 1;
  taken.set(service, number);
  return `${service.charAt(0).toUpperCase()}${service.slice(1)}Part${number}`;
}

/** As few documents as IAM takes the statements in, in their order. */
export function documentsOf(statements: readonly AllowStatement[]): PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  let current: AllowStatement[] = [];
  for (const statement of statements.flatMap(fitting)) {
    if (current.length > 0 && sizeOf(document([...current, statement])) > LONGEST_POLICY) {
      documents.push(document(current));
      current = [];
    }
    current.push(statement);
  }
  return current.length === 0 ? documents : [...documents, document(current)];
}

/** Characters that IAM counts. */
export function sizeOf(policy: PolicyDocument): number {
  return JSON.stringify(policy).length;
}

/** Halves a statement with more resources than one policy takes, as a hundred alarms have. */
function fitting(statement: AllowStatement): AllowStatement[] {
  const { Sid, Resource } = statement;
  if (sizeOf(document([statement])) <= LONGEST_POLICY || Resource.length < 2) return [statement];
  const half = Math.ceil(Resource.length / 2);
  return [
    { ...statement, Sid: `${Sid}A`, Resource: Resource.slice(0, half) },
    { ...statement, Sid: `${Sid}B`, Resource: Resource.slice(half) },
  ].flatMap(fitting);
}

function document(Statement: readonly AllowStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}
