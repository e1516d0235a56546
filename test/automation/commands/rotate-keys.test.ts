import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { handOverText, rotateKeysCommand } from "../../../automation/commands/rotate-keys";
import { UsageError } from "../../../automation/errors";
import { captured } from "./captured";

const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:reader-Ab12";
const created = new Date("2026-11-23T10:00:00Z");
const wait = {
  oldKey: {
    id: "AKIAOLD",
    status: "Active" as const,
    created,
    lastUsed: new Date("2026-11-23T09:30:00.123Z"),
  },
  newKey: { id: "AKIANEW", status: "Active" as const, created },
  until: new Date("2026-11-23T11:00:00Z"),
  handedOver: false,
};

describe("handOverText", () => {
  it("says how Snowflake gets the new key, by a reference to the secret", () => {
    const text = handOverText("prod", wait, secretArn);
    assert.match(text, /AKIAOLD \(old, last used 2026-11-23T09:30:00Z\) and AKIANEW \(new, never used\)/);
    assert.match(text, /pipeline -- sql --stack prod --part setup > setup\.sql/);
    assert.match(text, /get-secret-value --region eu-west-1 --secret-id 'arn:aws:secretsmanager:eu-west-1:/);
    assert.match(text, /-D "access_key_id=\$ACCESS_KEY_ID" -D "secret_access_key=\$SECRET_ACCESS_KEY"/);
    assert.match(text, /rotate-keys --stack prod`, from 2026-11-23T11:00:00Z if it stays unused/);
  });

  it("says only until when, once the new key is in use", () => {
    const text = handOverText("prod", { ...wait, handedOver: true }, secretArn);
    assert.doesNotMatch(text, /get-secret-value/);
    assert.match(text, /from 2026-11-23T11:00:00Z/);
  });
});

describe("rotate-keys", () => {
  let cwd: string;

  beforeEach(async () => {
    cwd = await fs.mkdtemp(path.join(os.tmpdir(), "rotate-keys-"));
    await fs.writeFile(path.join(cwd, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
    await fs.writeFile(path.join(cwd, "Pulumi.dev.yaml"), "config:\n  aws:region: us-east-1\n");
  });
  afterEach(() => fs.rm(cwd, { recursive: true }));

  it("refuses a stack whose Snowflake assumes a role, before the engine is asked for", async () => {
    const { error } = await captured(() => rotateKeysCommand({ stack: "dev", cwd }));
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /snowflake\.access of stack "dev" is role: .*no keys to rotate/);
  });

  it("refuses quiet minutes that are none", async () => {
    const { error } = await captured(() =>
      rotateKeysCommand({ stack: "dev", cwd, quietMinutes: Number.NaN }),
    );
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /quiet minutes NaN: must be a number of minutes, 0 or more/);
  });
});
