import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { handOverText, rotateKeysCommand } from "../../../automation/commands/rotate-keys";
import { UsageError } from "../../../automation/errors";
import { captured } from "./captured";

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
  it("says how Snowflake gets the new key, which is on no command line", () => {
    const text = handOverText("prod", wait);
    assert.match(text, /AKIAOLD \(old, last used 2026-11-23T09:30:00Z\) and AKIANEW \(new, never used\)/);
    assert.match(text, /sql --stack prod --part objects --reveal-secrets --output objects\.sql\n/);
    assert.match(text, /snow sql -f objects\.sql\n {2}snow sql -f check\.sql/);
    // Command lines are visible to everyone on the machine.
    assert.doesNotMatch(text, /-D |get-secret-value/);
    assert.match(text, /rotate-keys --stack prod`, from 2026-11-23T11:00:00Z if it stays unused/);
  });

  it("says only until when, once the new key is in use", () => {
    const text = handOverText("prod", { ...wait, handedOver: true });
    assert.doesNotMatch(text, /reveal-secrets/);
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
    assert.match(
      error.message,
      /--quiet-minutes NaN: must be a number of minutes, 0 or more; write it like 60/,
    );
  });
});
