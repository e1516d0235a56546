import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { cliConfiguration } from "../../bench/terraform-cli";

describe("the configuration of Terraform's CLI for the benchmark", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "terraform-"));
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  const missing = () => ({ TF_CLI_CONFIG_FILE: path.join(folder, "not-there") });
  const written = async (candidates: readonly string[]) => {
    const { TF_CLI_CONFIG_FILE = "" } = await cliConfiguration(folder, missing(), candidates);
    return fs.readFile(TF_CLI_CONFIG_FILE, "utf8");
  };

  it("takes the provider of the machine where the user's file is missing", async () => {
    const mirror = path.join(folder, "mirror");
    await fs.mkdir(path.join(mirror, "registry.terraform.io", "hashicorp", "aws", "5.100.0"), {
      recursive: true,
    });
    assert.match(await written([path.join(folder, "other"), mirror]), new RegExp(`path = "${mirror}"`));
    assert.equal(await written([path.join(folder, "other")]), "");
  });

  it("leaves the user's file in force where there is one", async () => {
    const own = path.join(folder, "own.rc");
    await fs.writeFile(own, "");
    assert.deepEqual(await cliConfiguration(folder, { TF_CLI_CONFIG_FILE: own }), {
      TF_CLI_CONFIG_FILE: own,
    });
  });
});
