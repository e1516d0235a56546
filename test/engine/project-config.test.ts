import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { readStackFile } from "../../automation/project/stack-file";
import { TestProject } from "./harness";

/** In Pulumi.yaml, every form that its documentation has. */
const DECLARED = {
  exportPrefix: "of-project/",
  "braintrust-snowflake:bucketName": { value: "of-project" },
  "braintrust-snowflake:config:format": { type: "string", default: "jsonl" },
  "aws:region": "eu-west-1",
  "aws:defaultTags": { value: { tags: { a: "b", c: "1" } } },
  "snowflake.database": "A",
  "braintrust-snowflake:snowflake.schema": { default: "B", type: "string" },
  "snowflake.taskMinutes": "5",
  "monitoring.storageGb": { value: 7 },
  "monitoring.enabled": "true",
  "streams[0].format": "parquet",
  "streams[1].name": "b",
  'events.notificationChannels["a.b"]': "c",
  crossAccountReaders: { type: "array", items: { type: "object" }, default: [] },
  forceDestroy: false,
};

/** In a stack's file. */
const OWN = {
  "braintrust-snowflake:snowflake": { schema: "C", externalId: null },
  streams: [{ name: "a" }],
  "braintrust-snowflake:config:forceDestroy": "true",
};

describe("configuration in Pulumi.yaml", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create("dev");
    const file = path.join(project.dir, "Pulumi.yaml");
    const document = parseDocument(await fs.readFile(file, "utf8"));
    document.set("config", document.createNode(DECLARED));
    await fs.writeFile(file, document.toString());
    await project.configure(OWN);
    await project.pulumi("stack", "init", "dev");
  });
  after(() => project.remove());

  it("means to the command line what it means to the engine", async () => {
    const { stdout } = await project.pulumi("config", "--json", "--stack", "dev");
    const engines = JSON.parse(stdout) as Record<string, { value: string; objectValue?: unknown }>;
    const { values, ofProject = [] } = await readStackFile("dev", project.dir);
    // The engine has every text, number and flag as a text.
    const asEngine = (value: unknown) => (typeof value === "object" ? value : String(value));
    assert.deepEqual(
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, asEngine(value)])),
      Object.fromEntries(
        Object.entries(engines).map(([key, { value, objectValue = value }]) => [key, objectValue]),
      ),
    );
    assert.equal(ofProject.length, Object.keys(DECLARED).length - 2);
  });
});
