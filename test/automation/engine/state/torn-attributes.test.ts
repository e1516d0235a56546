import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { removeTornAttributes } from "../../../../automation/engine/state/torn-attributes";

describe("attribute files of a state", () => {
  let folder: string;
  const dir = () => path.join(folder, ".pulumi", "stacks", "braintrust-snowflake");

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "attributes-"));
    await fs.mkdir(dir(), { recursive: true });
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  it("go where they are torn, and no other file", async () => {
    const files = {
      "dev.json": "",
      "dev.json.attrs": "",
      "dev.json.bak.attrs": '{"user.cache_co',
      "dev.json.old.attrs": '{"user.cache_control":""}',
      "prod.json.attrs": "",
    };
    for (const [name, text] of Object.entries(files)) await fs.writeFile(path.join(dir(), name), text);
    assert.equal(await removeTornAttributes(folder, "dev"), 2);
    assert.deepEqual((await fs.readdir(dir())).sort(), ["dev.json", "dev.json.old.attrs", "prod.json.attrs"]);
  });

  it("are none where the backend has no stack", async () => {
    assert.equal(await removeTornAttributes(path.join(folder, "nowhere"), "dev"), 0);
  });
});
