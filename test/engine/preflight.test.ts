import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { preview, up } from "../../automation";
import { editStackFile } from "../../automation/project/stack-file";
import { filledIn, TestProject } from "./harness";

const callerOf = (account: string) =>
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/me</Arn>` +
  `<Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const SESSION =
  "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIATEST</AccessKeyId>" +
  "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>" +
  "</Credentials></AssumeRoleResult></AssumeRoleResponse>";

describe("an update of a bucket that others use", () => {
  let project: TestProject;
  /** Account that STS tells. */
  let account = "123456789012";
  /** Of the keys whose events others receive. */
  let prefix = "";
  const requests: string[] = [];
  /** Of STS. */
  const actions: string[] = [];
  const queue = "arn:aws:sqs:us-east-1:123456789012:theirs";
  const aws = createServer((request, response) => {
    const url = request.url ?? "";
    requests.push(`${request.method} ${url}`);
    response.setHeader("content-type", "application/xml");
    if (request.method === "POST") {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const [, action = ""] = /\bAction=(\w+)/.exec(body) ?? [];
        actions.push(action);
        response.end(action === "AssumeRole" ? SESSION : callerOf(account));
      });
    } else if (url.includes("notification")) {
      response.end(
        `<NotificationConfiguration><QueueConfiguration><Id>theirs</Id><Queue>${queue}</Queue>` +
          `<Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>Prefix</Name><Value>${prefix}</Value></FilterRule></S3Key></Filter>` +
          "</QueueConfiguration></NotificationConfiguration>",
      );
    } else {
      response.statusCode = 404;
      response.end("<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>");
    }
  });

  before(async () => {
    await new Promise<void>((resolve) => aws.listen(0, "127.0.0.1", resolve));
    const { port } = aws.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    project = await TestProject.create("dev", {
      ...filledIn,
      snowflake: { iamUserArn: filledIn.snowflake.iamUserArn },
      existingBucket: "their-bucket",
      events: { mode: "queue" },
    });
    project.preflight = true;
    const provider = {
      "aws:endpoints": [{ s3: endpoint, sts: endpoint }],
      "aws:s3UsePathStyle": true,
      "aws:accessKey": "AKIAIOSFODNN7EXAMPLE",
      "aws:secretKey": "not-a-key",
    };
    const changes = Object.entries(provider).map(([key, value]) => ({ path: [key] as const, value }));
    await editStackFile(project.stack, changes, project.dir);
  });
  after(async () => {
    await project.remove();
    aws.close();
  });

  async function snowflakeSettings(): Promise<unknown> {
    return (await project.stackFile()).config["braintrust-snowflake:snowflake"];
  }

  it("is refused before anything is made, with the two rules that overlap", async () => {
    actions.length = 0;
    const { code, stdout, stderr } = await project.run(["up", "--create", "--yes"]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.deepEqual(actions, ["GetCallerIdentity"]);
    assert.equal(stderr.split("which overlaps").length, 2, stderr);
    assert.match(
      stderr,
      new RegExp(`the notification of their-bucket has theirs .* to ${queue}\\), which overlaps`),
    );
    assert.deepEqual(project.world.things(), []);
    await assert.rejects(
      up(project.options),
      /overlaps this stack's SnowpipeNotificationFor123456789012dev /,
    );
    assert.deepEqual(await snowflakeSettings(), { iamUserArn: filledIn.snowflake.iamUserArn });
  });

  it("is refused by the role that the provider assumes", async () => {
    const assume = (value?: unknown) =>
      editStackFile(project.stack, [{ path: ["aws:assumeRoles"], value }], project.dir);
    await assume([{ roleArn: "arn:aws:iam::123456789012:role/deployer" }]);
    actions.length = 0;
    const { code, stderr } = await project.run(["up", "--yes"]);
    await assume();
    assert.equal(code, 2, stderr);
    assert.match(stderr, /the notification of their-bucket has theirs .*overlaps/);
    assert.deepEqual(actions, ["AssumeRole", "GetCallerIdentity"]);
    assert.deepEqual(project.world.things(), []);
  });

  it("is warned of by a preview, which continues", async () => {
    const notes: string[] = [];
    const changes = await preview({
      ...project.options,
      onProgress: (event) => event.kind === "note" && notes.push(event.message),
    });
    assert.ok(changes.length > 0);
    assert.ok(notes.some((note) => /^warning: the notification of their-bucket/.test(note)));
  });

  it("is refused for the wrong account", async () => {
    account = "999999999999";
    await editStackFile(
      project.stack,
      [{ path: ["aws:allowedAccountIds"], value: ["123456789012"] }],
      project.dir,
    );
    const { code, stderr } = await project.run(["up", "--yes"]);
    assert.equal(code, 2);
    assert.match(stderr, /account 999999999999 is not among aws:allowedAccountIds/);
    assert.deepEqual(project.world.things(), []);
    account = "123456789012";
  });

  it("continues once they do not overlap, and notes an option that does nothing any more", async () => {
    prefix = "finance/";
    const { code, stderr } = await project.run(["up", "--yes", "--replace-foreign"]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /--replace-foreign is deprecated/);
    assert.doesNotMatch(stderr, /the notification of their-bucket/);
    assert.match(JSON.stringify(await snowflakeSettings()), /"externalId":"braintrust-dev-/);
  });

  it("asks AWS nothing with --skip-preflight", async () => {
    requests.length = 0;
    const { code } = await project.run(["preview", "--skip-preflight"]);
    assert.equal(code, 0);
    assert.deepEqual(requests, []);
  });
});
