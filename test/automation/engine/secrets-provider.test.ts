import assert from "node:assert/strict";
import { requirePassphrase } from "../../../automation/engine/secrets-provider";
import { UsageError } from "../../../automation/errors";

const KEY = "gcpkms://projects/p/locations/global/keyRings/r/cryptoKeys/k";

/** Whether a passphrase is required, and what is noted. */
async function judge(
  secretsProvider: string | undefined,
  backendUrl: string | undefined,
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  try {
    await requirePassphrase({ secretsProvider }, { workDir: "/", backendUrl, environment, onNote });
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  return notes.join() || "accepted";
}

describe("a stack's passphrase", () => {
  const missing = /^PULUMI_CONFIG_PASSPHRASE is not set: .*secretsprovider/;

  it("is required where the stack's secrets are encrypted with it", async () => {
    assert.match(await judge(undefined, "file://./state"), missing);
    assert.match(await judge("default", "s3://bucket"), missing);
    assert.match(await judge("passphrase", "https://api.pulumi.com"), missing);
    assert.match(await judge("passphrase", undefined), missing);
  });

  it("is not required where a key or Pulumi Cloud encrypts them", async () => {
    assert.equal(await judge(KEY, "file://./state"), "accepted");
    assert.equal(await judge(undefined, "https://pulumi.example.com"), "accepted");
    assert.equal(await judge("default", "https://api.pulumi.com"), "accepted");
    assert.equal(await judge(undefined, undefined), "accepted");
  });

  it("is named where it is empty, unless it encrypts nothing", async () => {
    const environment = { PULUMI_CONFIG_PASSPHRASE: "" };
    assert.match(
      await judge(undefined, "gs://bucket", environment),
      /is empty: everyone who can read the state/,
    );
    assert.equal(await judge(KEY, "gs://bucket", environment), "accepted");
  });

  it("may be in a file, which must be readable", async () => {
    assert.equal(await judge(undefined, "s3://b", { PULUMI_CONFIG_PASSPHRASE_FILE: __filename }), "accepted");
    assert.match(
      await judge(undefined, "s3://b", { PULUMI_CONFIG_PASSPHRASE_FILE: "/no/such" }),
      /^PULUMI_CONFIG_PASSPHRASE_FILE = "\/no\/such": must exist/,
    );
  });
});
