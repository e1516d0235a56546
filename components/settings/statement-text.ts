import type { RawSettings } from "./schema";

/** A statement of the company's own as JSON; IAM has texts where YAML has flags and numbers. */
export function statementText(statement: RawSettings["bucketPolicyStatements"][number]): string {
  return JSON.stringify(statement, (_, value) =>
    typeof value === "boolean" || typeof value === "number" ? String(value) : value,
  );
}
