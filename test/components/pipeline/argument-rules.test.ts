import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { packageDir } from "../../../components/package";
import { checkArguments } from "../../../components/pipeline/argument-rules";
import { PIPELINE_TYPE } from "../../../components/settings/settings";

const schema = JSON.parse(fs.readFileSync(path.join(packageDir, "provider", "schema.json"), "utf8"));

function messageOf(args: object): string {
  try {
    checkArguments("exports", args);
    return "";
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error));
    return error.message;
  }
}

describe("checkArguments", () => {
  const inputs = Object.keys(schema.resources[PIPELINE_TYPE].inputProperties);

  for (const input of inputs) {
    it(`knows ${input}, and refuses a value of another type`, () => {
      const message = messageOf({ [input]: [[]] });
      assert.match(
        message,
        new RegExp(`^Invalid arguments of ExportPipeline "exports":\n {2}${input}(\\[0\\])?[.a-zA-Z]* = `),
      );
      assert.doesNotMatch(message, /is not an argument/);
    });
  }

  it("says everything that is wrong at once, each with key, value, rule and fix", () => {
    const message = messageOf({
      exportPrefix: "traces",
      bucket: "acme",
      auditLogGroupDays: 8,
      snowflakeNetwork: { vpcIds: ["vpc-xyz"] },
      streams: [{ name: "spans", prefix: "traces/spans" }, { name: "logs" }],
      objectLock: { mode: "GOVERNANCE" },
    });
    for (const problem of [
      'exportPrefix = "traces": must end in "/"',
      'bucket = "acme": is not an argument; remove it or correct its spelling; known keys here: suffix, ',
      "auditLogGroupDays = 8: must be one of 1, 3, 5, ",
      'snowflakeNetwork.vpcIds[0] = "vpc-xyz": must be the id of one VPC',
      'streams[0].prefix = "traces/spans": must be a key prefix that ends in "/"',
      "streams[1].prefix = (unset): must be a text",
      "objectLock.days = (unset): must be a number",
    ]) {
      assert.ok(message.includes(problem), `${problem}: ${message}`);
    }
  });

  it("judges statements of the bucket's policy as those of the settings", () => {
    const message = messageOf({
      bucketPolicyStatements: [
        '{"Sid":"Lake"',
        { Sid: "Lake", Effect: "Deny", Principal: "*", Action: "s3:*" },
        JSON.stringify({ Effect: "Deny", Principal: "*", Action: "iam:PassRole" }),
        JSON.stringify({ Sid: "Lake", Effect: "Deny", Principals: "*", Action: "s3:*" }),
      ],
    });
    for (const problem of [
      '[0] = "{\\"Sid\\":\\"Lake\\"": must be a statement as JSON; correct it in the program',
      '[1] = {"Sid":"Lake","Effect":"Deny","Principal":"*","Action":"s3:*"}: must be a text',
      "[2].Sid = (unset): must be a text",
      '[2].Action = "iam:PassRole": must be actions of S3',
      '[3].Principals = "*": is not an argument; remove it or correct its spelling; known keys here: Sid, ',
    ]) {
      assert.ok(message.includes(`bucketPolicyStatements${problem}`), `${problem}: ${message}`);
    }
  });

  it("judges names in AWS by the rules of IAM, SQS, SNS, CloudTrail and KMS", () => {
    const names = {
      braintrustRole: "arn:aws:iam::123456789012:role/exporter",
      snowflakePolicy: "a b",
      errorQueue: "errors.fifo",
      alertTopic: "oncall!",
      auditTrail: "a..b",
      keyAlias: "alias/aws/s3",
      bucket: "acme",
    };
    const message = messageOf({ names });
    for (const [key, value] of Object.entries(names)) {
      assert.match(message, new RegExp(`names\\.${key} = "${value}": (must|is not an argument)`));
    }
    assert.match(message, /names\.bucket = .*known keys here: braintrustRole, /);
    const { bucket: _, ...right } = { ...names, braintrustRole: "exporter", snowflakePolicy: "read" };
    const others = {
      errorQueue: "errors",
      alertTopic: "oncall",
      auditTrail: "a.b",
      keyAlias: "alias/acme/s3",
    };
    assert.equal(messageOf({ names: { ...right, ...others, trailRole: "trail" } }), "");
  });

  it("says of arguments that are none that args must be a map", () => {
    for (const args of [null, "dev", []]) {
      assert.match(
        messageOf(args as unknown as object),
        /\n {2}args = .*: must be a map; correct it in the program$/,
      );
    }
  });

  it("accepts outputs and secrets where a value may come from a resource, and shows none", () => {
    assert.equal(
      messageOf({
        kmsKeyArn: pulumi.output("unknown here"),
        snowflakeExternalId: pulumi.secret("canary"),
        streams: [{ name: "spans", prefix: "traces/spans/", channel: pulumi.output("later") }],
        alertEmails: [{ key: "a", address: "ops@acme.com", formerName: Promise.resolve(undefined) }],
      }),
      "",
    );
    for (const plain of ["exportPrefix", "protect", "auditLogDays"]) {
      assert.equal(
        messageOf({ [plain]: pulumi.secret("canary/") }),
        'Invalid arguments of ExportPipeline "exports":\n' +
          `  ${plain} = (an output): must be known before any resource is created; correct it in the program`,
      );
    }
  });
});
