import assert from "node:assert/strict";
import { Deployment, PipelineError, preview, up } from "../../automation";
import { filledIn, TestProject } from "./harness";

/** As the provider reports what an organization forbids. */
const DENIED =
  "1 error occurred:\n\t* putting S3 Bucket (b) Policy: operation error S3: PutBucketPolicy, https response error StatusCode: 403, " +
  "RequestID: 1, api error AccessDenied: User: arn:aws:iam::123456789012:user/me is not authorized to perform: s3:PutBucketPolicy " +
  'on resource: "arn:aws:s3:::b" with an explicit deny in a service control policy\n\n';

describe("an update that fails half-way", () => {
  let project: TestProject;
  const made = () =>
    project.world
      .things()
      .map(({ name }) => name)
      .sort();

  before(async () => {
    project = await TestProject.create("dev", filledIn);
  });
  after(() => project.remove());

  it("is reported by the command line: what failed, why, and that it can be run again", async () => {
    // Its bucket is created before it, whatever else is.
    project.world.setFaults({
      operation: "create",
      name: "pipeline-bucket-policy",
      error: DENIED,
    });
    const { code, stdout, stderr } = await project.run(["up", "--create", "--yes"]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /create s3\.BucketPolicy pipeline-bucket-policy: failed/);
    const [, message = ""] = stderr.split('up of stack "dev" failed:');
    assert.match(message, /^ {2}pipeline-bucket-policy: putting S3 Bucket \(b\) Policy: .*AccessDenied: /m);
    assert.match(
      message,
      /^ {2}-> pipeline-bucket-policy: a service control policy denies s3:PutBucketPolicy; have /m,
    );
    assert.equal(stderr.split("putting S3 Bucket").length, 2, stderr);
    assert.match(message, /^changed: .*s3\.Bucket pipeline-bucket\b/m);
    assert.match(message, /^not changed: .*s3\.BucketPolicy pipeline-bucket-policy/m);
    assert.match(message, /^next: `npm run pipeline -- up --stack dev --cwd \S+` resumes$/m);
    project.world.setFaults();
    await project.assertSettled();
  });

  it("is finished by the next one", async () => {
    const { outputs } = await up(project.options);
    assert.equal(outputs.phase, "awaiting-channel");
    await project.assertSettled();
  });

  it("names the resource, whichever it is, and loses no other", async () => {
    const whole = made();
    const deployment = await Deployment.open(project.options);
    for (const name of whole) {
      project.world.remove(project.world.named(name));
      project.world.setFaults({ operation: "create", name, error: "LimitExceeded: no more" });
      await assert.rejects(deployment.up({ refresh: true }, []), (error) => {
        assert.ok(error instanceof PipelineError);
        const reasons = error.message.split("\n").filter((line) => line.includes("LimitExceeded: no more"));
        assert.equal(reasons.length, 1, error.message);
        assert.match(reasons[0] ?? "", new RegExp(`^ {2}${name}: `));
        return true;
      });
      await project.assertSettled();
      assert.ok(!made().includes(name));
    }
    project.world.setFaults();
    await deployment.up({}, []);
    assert.deepEqual(made(), whole);
    await project.assertSettled();
  });

  it("may also fail to change or to delete", async () => {
    const policy = "pipeline-bucket-policy";
    await project.set({ crossAccountReaders: [{ arn: "arn:aws:iam::210987654321:role/reader" }] });
    project.world.setFaults({
      operation: "update",
      name: policy,
      error: "MalformedPolicy: no such principal",
    });
    await assert.rejects(
      up(project.options),
      /pipeline-bucket-policy: .*MalformedPolicy: no such principal/s,
    );
    await project.assertSettled();

    project.world.setFaults({ operation: "delete", name: policy, error: "AccessDenied" });
    const deployment = await Deployment.open(project.options);
    await assert.rejects(
      deployment.destroy(),
      /destroy of stack "dev" failed:.*pipeline-bucket-policy: .*AccessDenied/s,
    );
    await project.assertSettled();

    project.world.setFaults();
    await deployment.up();
    assert.match(JSON.stringify(project.world.named(policy).inputs), /210987654321/);
    assert.deepEqual(await preview(project.options), []);
  });
});
