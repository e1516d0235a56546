import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { destroy, PipelineError, up } from "../../automation";
import { editStackFile } from "../../automation/project/stack-file";
import { filledIn, TestProject } from "./harness";

describe("a bucket that may not be emptied", () => {
  let project: TestProject;
  /** Keys in the bucket. */
  let keys: string[] = [];
  const s3 = createServer((_request, response) => {
    const versions = keys.map((key) => `<Version><Key>${key}</Key><VersionId>1</VersionId></Version>`);
    response.setHeader("content-type", "application/xml");
    response.end(`<ListVersionsResult>${versions.join("")}</ListVersionsResult>`);
  });

  before(async () => {
    await new Promise<void>((resolve) => s3.listen(0, "127.0.0.1", resolve));
    const { port } = s3.address() as AddressInfo;
    project = await TestProject.create("dev", { ...filledIn, forceDestroy: false });
    const provider = {
      "aws:endpoints": [{ s3: `http://127.0.0.1:${port}` }],
      "aws:s3UsePathStyle": true,
      "aws:accessKey": "AKIAIOSFODNN7EXAMPLE",
      "aws:secretKey": "not-a-key",
    };
    const changes = Object.entries(provider).map(([key, value]) => ({ path: [key] as const, value }));
    await editStackFile(project.stack, changes, project.dir);
    await up({ ...project.options, create: true });
  });
  after(async () => {
    await project.remove();
    s3.close();
  });

  it("keeps the whole stack while it holds objects", async () => {
    keys = ["braintrust-exports/logs/a.jsonl"];
    const before = project.world.things();
    const { code, stdout, stderr } = await project.run(["destroy", "--yes"]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /braintrust-exports-dev-\S+ still holds objects or versions: .*forceDestroy/);
    await assert.rejects(destroy(project.options), PipelineError);
    assert.deepEqual(project.world.things(), before);
  });

  it("goes with the stack once it is empty", async () => {
    keys = [];
    await destroy(project.options);
    assert.deepEqual(project.world.things(), []);
  });
});
