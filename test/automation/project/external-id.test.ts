import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { ensureExternalId } from "../../../automation/project/external-id";

describe("an external id of our own", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "external-id-"));
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  /** What becomes of a stack's settings of Snowflake. */
  async function ensured(snowflake: string): Promise<{ id: string | undefined; text: string }> {
    const file = path.join(dir, "Pulumi.dev.yaml");
    const config = `config:\n  aws:region: us-east-1\n  braintrust-snowflake:snowflake:\n`;
    await fs.writeFile(file, config + snowflake);
    const id = await ensureExternalId("dev", dir);
    return { id, text: (await fs.readFile(file, "utf8")).slice(config.length) };
  }

  it("is written where there is none", async () => {
    const { id, text } = await ensured("    database: LAKE\n");
    assert.match(String(id), /^braintrust-dev-[0-9a-f]{32}$/);
    assert.equal(text, `    database: LAKE\n    externalId: ${id}\n`);
  });

  it("is left out where there is one, where none is needed, and where an encrypted section may have one", async () => {
    for (const snowflake of [
      "    externalId: braintrust-test-0123456789\n",
      "    externalId:\n      secure: v1:abc\n",
      "    access: user\n",
      "    secure: v1:abc\n",
    ]) {
      assert.deepEqual(await ensured(snowflake), { id: undefined, text: snowflake });
    }
  });
});
