import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { packageDir } from "../../components/package";
import { PIPELINE_TYPE } from "../../components/settings/settings";
import { SCHEMA_FILE } from "../../provider/components";
import { start } from "./processes";

interface Property {
  readonly description?: string;
}

describe("pulumi package get-schema", () => {
  it("reads ExportPipeline from the plugin, with a description of each input and output", async () => {
    const plugin = path.join(packageDir, "provider", "plugin", "pulumi-resource-braintrust-snowflake");
    const { code, stdout, stderr } = await start(
      ["pulumi", "package", "get-schema", plugin],
      packageDir,
      process.env,
    ).ended;
    assert.equal(code, 0, stderr);
    const { inputProperties, properties } = JSON.parse(stdout).resources[PIPELINE_TYPE];
    const written = JSON.parse(await fs.readFile(SCHEMA_FILE, "utf8")).resources[PIPELINE_TYPE];
    assert.deepEqual(Object.keys(inputProperties).sort(), Object.keys(written.inputProperties).sort());
    const described: [string, Property][] = Object.entries({ ...inputProperties, ...properties });
    assert.ok("braintrustExternalIds" in inputProperties && "snowflakeRoleArn" in properties);
    assert.deepEqual(
      described.filter(([, { description }]) => description === undefined),
      [],
    );
  });
});
