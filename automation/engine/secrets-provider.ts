import * as fs from "node:fs/promises";
import * as path from "node:path";
import { UsageError } from "../errors";
import { pathError } from "../paths";
import type { StackFile } from "../project/stack-file";

/** What decides whether the secrets of a stack are encrypted with a passphrase. */
export interface SecretsOptions {
  readonly workDir: string;
  /** Of the stack. @default the one of `pulumi login` */
  readonly backendUrl: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Receives the warning that the passphrase is empty. */
  readonly onNote?: ((message: string) => void) | undefined;
}

/**
 * Refuses a stack whose secrets are encrypted with a passphrase where the environment has none, since Pulumi would stop and
 * ask for it. A stack file without `secretsprovider` leaves it to the backend: Pulumi Cloud encrypts itself, others do not.
 *
 * @throws UsageError
 */
export async function requirePassphrase(
  { secretsProvider = "default" }: Pick<StackFile, "secretsProvider">,
  { workDir, backendUrl, environment, onNote = () => {} }: SecretsOptions,
): Promise<void> {
  const isCloud = backendUrl !== undefined && /^https?:/.test(backendUrl);
  if (secretsProvider === "default" ? isCloud : secretsProvider !== "passphrase") return;
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
  // The first wins even where it is empty: Pulumi's pkg/secrets/passphrase/manager.go.
  if (passphrase === "") {
    onNote("PULUMI_CONFIG_PASSPHRASE is empty: everyone who can read the state can decrypt its secrets");
  }
  if (passphrase !== undefined) return;
  if (file) return requireReadable(file, workDir);
  // Where nothing names a backend it is the one of the last login, which may be Pulumi Cloud.
  if (backendUrl === undefined && secretsProvider === "default") return;
  throw new UsageError(
    "PULUMI_CONFIG_PASSPHRASE is not set: the stack's secrets are encrypted with it; " +
      "export it, or PULUMI_CONFIG_PASSPHRASE_FILE, or set secretsprovider in the stack's file, for example awskms://alias/NAME?region=REGION",
  );
}

/** The engine reads it from the project's folder. */
async function requireReadable(passphraseFile: string, workDir: string): Promise<void> {
  await fs.readFile(path.resolve(workDir, passphraseFile)).catch((error: unknown) => {
    const fix = "name a file that has the passphrase";
    throw pathError(error, { key: "PULUMI_CONFIG_PASSPHRASE_FILE", value: passphraseFile, fix });
  });
}
