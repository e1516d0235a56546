import { randomBytes } from "node:crypto";
import { PROJECT, type Settings } from "../../components/settings/settings";
import { editStackFile, readStackFile, type StackFile, settingChange, settingsOf } from "./stack-file";
import { ownName } from "./stack-name";

/** A new external id: 128 random bits, and the stack's name, for those who read it in Snowflake. */
export function newExternalId(stack: string): string {
  return `braintrust-${stack}-${randomBytes(16).toString("hex")}`;
}

/**
 * Whether the stack is to have an external id of our own. Snowflake takes a caller's choice (STORAGE_AWS_EXTERNAL_ID,
 * docs.snowflake.com/en/sql-reference/sql/create-storage-integration), so role and integration need not wait for each other.
 */
export function lacksExternalId(file: StackFile, { snowflake }: Settings): boolean {
  // What is encrypted as a whole may have one, and so may an environment, over which the file's would win.
  if (file.environments.length > 0) return false;
  if (file.encrypted.includes(`${PROJECT}:snowflake`)) return false;
  return snowflake.access === "role" && snowflake.externalId === undefined;
}

/** The settings as they are once the stack's file has the id. */
export function withExternalId(settings: Settings, externalId: string | undefined): Settings {
  if (externalId === undefined || settings.snowflake.externalId !== undefined) return settings;
  return { ...settings, snowflake: { ...settings.snowflake, externalId } };
}

/** Writes the id that an update is about to tell AWS, now that nothing stands in its way; tells of it. */
export async function writeChosenId(
  stack: string,
  dir: string,
  chosenExternalId: string | undefined,
  onNote: (message: string) => void,
): Promise<void> {
  if (chosenExternalId === undefined) return;
  const written = await ensureExternalId(stack, dir, chosenExternalId);
  if (written !== undefined)
    onNote(`wrote snowflake.externalId, ${written}, into Pulumi.${ownName(stack)}.yaml`);
}

/**
 * Writes an external id of our own into the file of a stack that lacks one.
 *
 * @param externalId the choice, where it has been made. @default a new one
 * @returns the id that was written, or `undefined` where none was needed.
 */
export async function ensureExternalId(
  stack: string,
  dir?: string,
  externalId = newExternalId(ownName(stack)),
): Promise<string | undefined> {
  const file = await readStackFile(stack, dir);
  if (!lacksExternalId(file, settingsOf(file))) return undefined;
  await editStackFile(stack, [settingChange(["snowflake", "externalId"], externalId)], dir);
  return externalId;
}
