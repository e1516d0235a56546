import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { PROJECT } from "../../components/settings/settings";
import { start } from "./processes";

const repository = path.join(__dirname, "..", "..");

/** The process that Pulumi starts for a package of components. */
const provider = `#!/usr/bin/env node
process.chdir(${JSON.stringify(repository)});
require(${JSON.stringify(require.resolve("ts-node/register"))});
const { componentProviderHost } = require(${JSON.stringify(require.resolve("@pulumi/pulumi/provider/experimental"))});
const { ExportPipeline } = require(${JSON.stringify(path.join(repository, "components", "pipeline"))});
componentProviderHost({ name: ${JSON.stringify(PROJECT)}, components: [ExportPipeline], dirname: process.cwd() });
`;

interface Property {
  readonly description?: string;
}

describe("pulumi package get-schema", () => {
  let folder: string;

  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "package-"));
  });
  after(() => fs.rm(folder, { recursive: true, force: true }));

  it("accepts ExportPipeline, and describes each input and output", async () => {
    const executable = path.join(folder, `pulumi-resource-${PROJECT}`);
    await fs.writeFile(executable, provider, { mode: 0o755 });
    const { code, stdout, stderr } = await start(
      ["pulumi", "package", "get-schema", executable],
      folder,
      process.env,
    ).ended;
    assert.equal(code, 0, stderr);
    const { inputProperties, properties } = JSON.parse(stdout).resources[`${PROJECT}:index:ExportPipeline`];
    const described: [string, Property][] = Object.entries({ ...inputProperties, ...properties });
    assert.ok("braintrustExternalIds" in inputProperties && "snowflakeRoleArn" in properties);
    assert.deepEqual(
      described.filter(([, { description }]) => description === undefined),
      [],
    );
  });
});
