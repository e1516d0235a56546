import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { listOf, policySchema, principalsOf, type Statement, statementSchema } from "../policy-document";

/** What a live policy has too little and too much, each statement by its Sid or in words. */
export interface PolicyDifference {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/**
 * The statements of a policy's text. IAM sends its documents URL-encoded; a bucket without a policy has no text.
 *
 * @throws SyntaxError or ZodError where the text is no policy.
 */
export function parsePolicy(text: string | undefined): Statement[] {
  if (text === undefined || text === "") return [];
  const json = text.trimStart().startsWith("%7B") ? decodeURIComponent(text) : text;
  return policySchema.parse(JSON.parse(json));
}

/** The values of the program's own statements, or of anything else that may hold Outputs. */
export function settled(value: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    pulumi.output<object>({ value }).apply((all) => resolve((all as { value: unknown }).value));
  });
}

/** The program's own statements, settled and checked. */
export async function askedStatements(statements: unknown): Promise<Statement[]> {
  return z.array(statementSchema).parse(await settled(statements));
}

/** Compares as sets of statements: names, order, letter case of actions and list or single value make no difference. */
export function comparePolicies(live: readonly Statement[], asked: readonly Statement[]): PolicyDifference {
  return { missing: without(asked, live), unexpected: without(live, asked) };
}

/** The difference in words; empty where there is none. */
export function differenceWords({ missing, unexpected }: PolicyDifference): string[] {
  return [
    ...(missing.length > 0 ? [`lacks ${missing.join(", ")}`] : []),
    ...(unexpected.length > 0 ? [`has more than expected: ${unexpected.join(", ")}`] : []),
  ];
}

/** Whether a resource policy's statement speaks of an identity of the same account. */
export function speaksOf({ Principal, NotPrincipal }: Statement, arn: string): boolean {
  if (NotPrincipal !== undefined) return !principalNames(NotPrincipal).some((name) => names(name, arn));
  return principalNames(Principal).some((name) => names(name, arn));
}

/** Every principal that is named, as `AWS arn:...`, `Service s3.amazonaws.com` or `AWS *`. */
export function principalNames(value: Statement["Principal"]): string[] {
  return Object.entries(principalsOf(value)).flatMap(([kind, values]) =>
    values.map((name) => `${kind} ${name.replace(/^arn:[a-z-]+:iam::(\d{12}):root$/, "$1")}`),
  );
}

function names(principalName: string, arn: string): boolean {
  const account = arn.split(":")[4] ?? "";
  return ["AWS *", `AWS ${account}`, `AWS ${arn}`].includes(principalName);
}

function without(some: readonly Statement[], others: readonly Statement[]): string[] {
  const left = others.map(canonical);
  return some.flatMap((statement) => {
    const at = left.indexOf(canonical(statement));
    if (at < 0) return [statementName(statement)];
    left.splice(at, 1);
    return [];
  });
}

function statementName(statement: Statement): string {
  const { Sid, Effect, Action, NotAction, Principal } = statement;
  const what = Action === undefined ? `anything but ${listOf(NotAction)}` : listOf(Action).join(", ");
  const who = principalNames(Principal).map((name) => name.replace(/^AWS /, ""));
  const words = `${Effect} ${what}${who.length > 0 ? ` to ${who.join(", ")}` : ""}`;
  return Sid === undefined || Sid === "" ? words : `${Sid} (${words})`;
}

function canonical(statement: Statement): string {
  const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition } = statement;
  const sorted = (values: string[]) => [...new Set(values)].sort();
  return JSON.stringify([
    Effect,
    sorted(principalNames(Principal)),
    sorted(principalNames(NotPrincipal)),
    ...[Action, NotAction].map((value) => sorted(listOf(value).map((action) => action.toLowerCase()))),
    ...[Resource, NotResource].map((value) => sorted(listOf(value))),
    sorted(
      Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) =>
          JSON.stringify([operator, key.toLowerCase(), sorted(listOf(values).map(String))]),
        ),
      ),
    ),
  ]);
}
