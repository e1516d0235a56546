import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { projectDir } from "../../automation/project/stack-file";
import { parseSettings } from "../../components/settings/read-settings";
import { PROJECT } from "../../components/settings/settings";
import { dependencies, version } from "../../package.json";

const read = (name: string) => fs.readFileSync(path.join(projectDir, "template", name), "utf8");

describe("the template of pulumi new", () => {
  const { name, template } = parse(read("Pulumi.yaml"));
  const asked: [key: string, question: { description?: string; default?: string }][] = Object.entries(
    template.config,
  );

  it("asks for region, Snowflake's region and format, each with a description and a default", () => {
    assert.deepEqual(
      asked.map(([key]) => key),
      ["aws:region", `${PROJECT}:snowflakeRegion`, `${PROJECT}:format`],
    );
    for (const [key, question] of asked) assert.ok(question.description && question.default, key);
    assert.equal(name, PROJECT);
  });

  for (const stack of ["dev", "prod"]) {
    it(`has settings for ${stack} that hold with the defaults of what it asks`, () => {
      const { config } = parse(read(`Pulumi.${stack}.yaml`));
      const answers = Object.fromEntries(asked.map(([key, question]) => [key, question.default]));
      const { settings, problems } = parseSettings({ stack, values: { ...config, ...answers } });
      assert.deepEqual(problems, []);
      assert.equal(settings?.production, stack === "prod");
      assert.equal(settings?.defaultTags.stack, stack);
    });
  }

  it("depends on this version of the package, packed beside it, and on its Pulumi SDK", () => {
    assert.deepEqual(JSON.parse(read("package.json")).dependencies, {
      "@pulumi/pulumi": dependencies["@pulumi/pulumi"],
      "braintrust-snowflake-pipeline": `file:braintrust-snowflake-pipeline-${version}.tgz`,
    });
  });
});
