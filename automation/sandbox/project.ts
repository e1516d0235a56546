import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { PROJECT } from "../../components/settings/settings";
import type { EmulatorAccess } from "./emulator";

/** Snowflake's part in the sandbox: a user of the emulator's one account, with an external id. */
export const SNOWFLAKE_USER = "snowflake";
/** External id that Snowflake presents in the sandbox. */
export const EXTERNAL_ID = "sandbox-external-id";
/** Braintrust's organization in the sandbox. */
export const ORGANIZATION = "sandbox-org";

/**
 * Settings of a sandbox stack: everything is trusted that the sandbox itself plays, and events go to a topic with a queue
 * of our own, so that they can be seen arriving.
 */
export function sandboxSettings(
  { accountId }: Pick<EmulatorAccess, "accountId">,
  overrides: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    streams: [
      { name: "logs", format: "jsonl" },
      { name: "spans", format: "parquet" },
    ],
    braintrust: { accountId, orgId: ORGANIZATION },
    snowflake: {
      iamUserArn: `arn:aws:iam::${accountId}:user/${SNOWFLAKE_USER}`,
      externalId: EXTERNAL_ID,
    },
    events: { mode: "sns" },
    // The emulator takes the removal of a metrics configuration for that of the bucket.
    monitoring: { enabled: false },
    // The emulator does not say where a trail sends its events, so that a preview would never be empty.
    auditTrail: { enabled: false },
    protect: false,
    forceDestroy: true,
    ...overrides,
  };
}

/** Its own, since the caller's Pulumi.yaml may have a backend of the company's and defaults for every stack. */
const description = { name: PROJECT, runtime: "nodejs", backend: { url: "file://./state" } };

/** A project of its own for a stack of the sandbox: state and settings in a folder that nobody else uses. */
export async function createSandboxProject(
  stack: string,
  access: EmulatorAccess,
  overrides?: Readonly<Record<string, unknown>>,
): Promise<string> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), "braintrust-snowflake-sandbox-"));
  try {
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), stringify(description));
    await fs.mkdir(path.join(dir, "state"));
    await writeSandboxSettings(dir, stack, access, overrides);
  } catch (error) {
    await fs.rm(dir, { recursive: true, force: true });
    throw error;
  }
  return dir;
}

/** Writes, or overwrites, a stack's settings in a sandbox project. */
export async function writeSandboxSettings(
  dir: string,
  stack: string,
  access: EmulatorAccess,
  overrides?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const own = Object.entries(sandboxSettings(access, overrides)).map(([key, value]) => [
    `${PROJECT}:${key}`,
    value,
  ]);
  const config = { ...access.pulumiConfig, ...Object.fromEntries(own) };
  await fs.writeFile(path.join(dir, `Pulumi.${stack}.yaml`), stringify({ config }));
}
