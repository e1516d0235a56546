import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { checkBackend } from "../../../automation/deploy/preflight/backend-folder";
import { backendName, backendUrlOf } from "../../../automation/engine/backend";
import { UsageError } from "../../../automation/errors";
import { PROJECT } from "../../../components/settings/settings";

describe("the look at the backend", () => {
  it("has nothing against a folder that takes files, and leaves none there", async () => {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), "backend-"));
    try {
      await fs.mkdir(path.join(dir, "state"));
      assert.deepEqual(await checkBackend("file://./state", dir), []);
      assert.deepEqual(await checkBackend(`file://${dir}/state`, "/"), []);
      assert.deepEqual(await fs.readdir(path.join(dir, "state")), []);
    } finally {
      await fs.rm(dir, { recursive: true });
    }
  });

  it("refuses a folder that takes none", async () => {
    const [found] = await checkBackend("file:///dev/null/state", "/");
    assert.equal(found?.severity, "refusal");
    assert.match(found?.message ?? "", /cannot be written to \/dev\/null\/state: ENOTDIR/);
  });

  it("leaves backends elsewhere to the engine", async () => {
    assert.deepEqual(await checkBackend("s3://bucket", "/"), []);
    assert.deepEqual(await checkBackend(undefined, "/"), []);
  });
});

describe("a backend's URL", () => {
  let dir: string;
  const url = (PULUMI_BACKEND_URL?: string) => backendUrlOf(dir, { PULUMI_BACKEND_URL });

  before(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "backend-"));
    await fs.mkdir(path.join(dir, "state"));
    await describeProject("backend: { url: 'file://./state' }");
  });
  after(() => fs.rm(dir, { recursive: true }));

  const describeProject = (backend: string) =>
    fs.writeFile(path.join(dir, "Pulumi.yaml"), `name: ${PROJECT}\nruntime: nodejs\n${backend}\n`);
  const refused = (found: Promise<unknown>, message: RegExp) =>
    assert.rejects(found, (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });

  it("is the environment's before the project's, unless it is empty", async () => {
    assert.equal(await url("s3://bucket"), "s3://bucket");
    assert.equal(await url(""), "file://./state");
    assert.equal(await url(), "file://./state");
  });

  it("is refused where Pulumi has no backend of that kind, without what may be a password", async () => {
    await refused(
      url("ftp://me:hunter2@host/state"),
      /^PULUMI_BACKEND_URL = "ftp:\/\/\.\.\.": must be the URL/,
    );
    await refused(url("./state"), /^PULUMI_BACKEND_URL = "\.\/state": must be the URL .*file:\/\//);
    await refused(url("S3//bucket"), /^PULUMI_BACKEND_URL = "S3\/\/bucket": must be the URL/);
  });

  it("is refused where its folder does not exist, or is a file", async () => {
    await refused(url("file://./absent"), /^PULUMI_BACKEND_URL = "file:\/\/\.\/absent": must exist; create/);
    await refused(url(`file://${dir}/Pulumi.yaml`), /must not use a file as a folder/);
    await describeProject("backend: { url: 'file://~/no/such/folder' }");
    await refused(url(), /^backend\.url of Pulumi\.yaml = "file:\/\/~\/no\/such\/folder": must exist/);
  });
});

describe("a backend's name", () => {
  const name = (url: string | undefined) => backendName(url, "/home/me/project");

  it("is its URL without who logs in there", () => {
    for (const [url, expected] of [
      ["file://./state", "file://./state"],
      ["file://./state/", "file://./state"],
      ["file:///home/me/project/state", "file://./state"],
      ["file://../state", "file:///home/me/state"],
      ["s3://bucket/a@b?region=us-east-1&access_key=k", "s3://bucket/a@b?region=us-east-1&access_key=..."],
      ["postgres://user:pa/ss@host/db?pwd=p", "postgres://host/db?pwd=..."],
      ["s3://bucket/path?region=us-east-1&awssdk=v2", "s3://bucket/path?region=us-east-1&awssdk=v2"],
      ["https://api.pulumi.com", "https://api.pulumi.com"],
      ["postgres://user:p@ss@host:5432/db?sslmode=require", "postgres://host:5432/db?sslmode=require"],
      [
        "postgres://host/db?user=u&password=p&sslmode=off",
        "postgres://host/db?user=...&password=...&sslmode=off",
      ],
      ["file:///home/me@work/state", "file:///home/me@work/state"],
    ] as const) {
      assert.equal(name(url), expected);
    }
  });

  it("is a word where none is named", () => {
    assert.equal(name(undefined), "the backend of `pulumi login`");
  });
});
