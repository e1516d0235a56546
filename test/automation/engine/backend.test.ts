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

  it("is refused where it names no bucket and no host", async () => {
    await refused(
      url("s3://"),
      /^PULUMI_BACKEND_URL = "s3:\/\/": must name a bucket after s3:\/\/; correct it/,
    );
    await refused(url("gs:///traces?x=hunter2"), /must name a bucket after gs:\/\//);
    await refused(url("azblob://?storage_account=acme"), /must name a bucket after azblob:\/\//);
    await refused(url("s3://acme state"), /must name a bucket after s3:\/\//);
    await refused(url("https://"), /must name a host after https:\/\//);
    await refused(url("postgres://"), /must name a host after postgres:\/\//);
    await describeProject("backend: { url: 's3://?region=eu-west-1' }");
    await refused(url(), /^backend\.url of Pulumi\.yaml = "s3:\/\/\?region=eu-west-1": must name a bucket/);
  });

  it("is accepted with the query of its driver", async () => {
    for (const known of [
      "file://./state?no_tmp_dir=true",
      `file://${dir}/state?metadata=skip`,
      "azblob://states?storage_account=acme",
      "gs://acme-states/team",
      "s3://acme-states/team?region=eu-west-1&awssdk=v2",
      "postgres:///states?host=/run/postgresql",
      "http://localhost:8080",
    ]) {
      assert.equal(await url(known), known);
    }
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
