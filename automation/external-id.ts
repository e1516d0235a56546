import { randomBytes } from "node:crypto";
import { editStackFile, readStackFile, settingChange, settingsOf } from "./project";

/** A new external id: 128 random bits, and the stack's name for whoever reads it in Snowflake. */
export function newExternalId(stack: string): string {
  return `braintrust-${stack}-${randomBytes(16).toString("hex")}`;
}

/**
 * Gives the stack an external id of our own where it has none. Snowflake takes a caller's choice
 * (STORAGE_AWS_EXTERNAL_ID, docs.snowflake.com/en/sql-reference/sql/create-storage-integration), so role and
 * integration need not wait for each other.
 *
 * @returns the id that was written, or `undefined` where none was needed.
 */
export async function ensureExternalId(stack: string, dir?: string): Promise<string | undefined> {
  const { snowflake } = settingsOf(await readStackFile(stack, dir));
  if (snowflake.access !== "role" || snowflake.externalId !== undefined) return undefined;
  const externalId = newExternalId(stack);
  await editStackFile(stack, [settingChange(["snowflake", "externalId"], externalId)], dir);
  return externalId;
}
