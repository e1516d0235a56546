import { z } from "zod";

const texts = z.union([z.string(), z.array(z.string())]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const principal = z.union([z.string(), z.record(z.string(), texts)]);

/** A statement of a policy: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export const statementSchema = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.union([scalar, z.array(scalar)]))).optional(),
});

/** A statement of a policy as AWS or the program spells it. */
export type Statement = z.infer<typeof statementSchema>;

/** A policy's statements; AWS takes a single one without a list. */
export const policySchema = z
  .object({ Statement: z.union([statementSchema, z.array(statementSchema)]) })
  .transform(({ Statement: one }) => listOf(one));

/** The statements of a policy, given as its text or as what the text says; undefined where it is no policy that AWS takes. */
export function statementsOf(policy: unknown): Statement[] | undefined {
  return policySchema.safeParse(typeof policy === "string" ? parseJson(policy) : policy).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A list, whether a policy writes one value as a list or not. */
export function listOf<Item>(value: Item | readonly Item[] | undefined): Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? [...value] : [value as Item];
}

/** Those whom a `Principal` or `NotPrincipal` names, by their kind: AWS, Service, Federated, CanonicalUser. A text alone is of AWS. */
export function principalsOf(
  named: Statement["Principal"] = {},
): Readonly<Record<string, readonly string[]>> {
  if (typeof named === "string") return { AWS: [named] };
  return Object.fromEntries(Object.entries(named).map(([kind, names]) => [kind, listOf(names)]));
}
