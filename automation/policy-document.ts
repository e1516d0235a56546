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
  .transform(({ Statement: one }) => (Array.isArray(one) ? one : [one]));
