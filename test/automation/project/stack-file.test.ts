import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import {
  editStackFile,
  readStackFile,
  settingChange,
  settingsOf,
} from "../../../automation/project/stack-file";
import { ENCRYPTED } from "../../../components/settings/schema";
import { fixtureProject } from "../../fixtures/project";

describe("a stack's file", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "stack-file-"));
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  const file = () => path.join(dir, "Pulumi.dev.yaml");

  describe("readStackFile", () => {
    it("tells which settings hold something encrypted, in a map or in a list", async () => {
      await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
      await fs.writeFile(
        file(),
        `config:
  aws:region: us-east-1
  braintrust-snowflake:braintrust:
    orgId:
      secure: v1:abc
  braintrust-snowflake:crossAccountReaders:
    - arn:
        secure: v1:def
`,
      );
      const read = await readStackFile("dev", dir);
      assert.deepEqual(read.encrypted, [
        "braintrust-snowflake:braintrust.orgId",
        "braintrust-snowflake:crossAccountReaders[0].arn",
      ]);
      assert.deepEqual(read.secretKeys, [
        "braintrust-snowflake:braintrust",
        "braintrust-snowflake:crossAccountReaders",
      ]);
      assert.equal(settingsOf(read).crossAccountReaders[0]?.arn, ENCRYPTED);
    });
  });

  describe("editStackFile", () => {
    async function edited(text: string, externalId: string): Promise<string> {
      await fs.writeFile(file(), text);
      await editStackFile("dev", [settingChange(["snowflake", "externalId"], externalId)], dir);
      return fs.readFile(file(), "utf8");
    }

    for (const stack of ["dev", "prod"]) {
      it(`changes one line of the ${stack} stack's file, and no comment`, async () => {
        const text = await fs.readFile(path.join(fixtureProject, `Pulumi.${stack}.yaml`), "utf8");
        assert.match(text, /^ {4}externalId:$/m);
        assert.equal(await edited(text, "id-1"), text.replace(/^ {4}externalId:$/m, "    externalId: id-1"));
      });
    }

    it("leaves each comment with its key, also where values are missing", async () => {
      const text = `config:
  # of a
  a:
    b: # of b
    # of c
    c:

  # of snowflake
  braintrust-snowflake:snowflake:
    iamUserArn:

    # of externalId
    externalId:
`;
      assert.equal(await edited(text, "id-1"), text.replace("externalId:\n", "externalId: id-1\n"));
    });

    it("writes into a section without a value, and into an empty file", async () => {
      const section = "config:\n  braintrust-snowflake:snowflake:\n    externalId: id-1\n";
      for (const text of ["config:\n  braintrust-snowflake:snowflake:\n", "config:\n", ""]) {
        assert.equal(await edited(text, "id-1"), section);
      }
    });
  });
});
