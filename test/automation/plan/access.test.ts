import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Access, accessOf } from "../../../automation/plan/access";
import type { PlannedResource } from "../../../automation/plan/evaluation";
import { planStack } from "../../../automation/plan/plan";
import { fixtureProject } from "../../fixtures/project";
import { planOf } from "./full-stack";

describe("accessOf", () => {
  describe("of the stack dev, before Braintrust and Snowflake are known", () => {
    let access: Access[];
    before(async function () {
      this.timeout(60_000);
      access = accessOf((await planStack("dev", fixtureProject)).resources);
    });

    it("says that neither role can be assumed", () => {
      assert.deepEqual(only(access, "role BraintrustExportRole-dev").assumedBy, []);
      assert.deepEqual(only(access, "role SnowflakeReaderRole-dev").assumedBy, []);
    });

    it("tells the whole of what the reader may do", () => {
      const bucket = "braintrust-exports-dev-123456789012-us-east-1";
      const reader = {
        effect: "allow",
        who: "role SnowflakeReaderRole-dev",
        conditions: ["in account 123456789012"],
      };
      assert.deepEqual(only(access, "role SnowflakeReaderRole-dev").grants, [
        {
          ...reader,
          actions: ["s3:GetObject", "s3:GetObjectVersion"],
          where: [`${bucket}/braintrust-exports/*`],
        },
        {
          ...reader,
          actions: ["s3:ListBucket"],
          where: [`bucket ${bucket}`],
          conditions: [
            "in account 123456789012",
            "if the prefix is like braintrust-exports or braintrust-exports/*",
          ],
        },
        { ...reader, actions: ["s3:GetBucketLocation"], where: [`bucket ${bucket}`] },
      ]);
    });

    it("leaves no policy unread", () => {
      assert.deepEqual(
        access.flatMap(({ unread }) => unread),
        [],
      );
    });
  });

  describe("of a stack with everything on", () => {
    const bucket = "braintrust-exports-full-111122223333-eu-west-1";
    const key = "key alias/braintrust-exports-full";
    const trail = "trail braintrust-exports-full";
    let access: Access[];
    before(async function () {
      this.timeout(60_000);
      access = accessOf((await planOf("full")).resources);
    });

    it("names who assumes Braintrust's role, and with which external id", () => {
      assert.deepEqual(only(access, "role BraintrustExportRole-full").assumedBy, [
        {
          effect: "allow",
          who: "account 872608195596",
          actions: ["sts:AssumeRole"],
          where: [],
          conditions: ["if the external id is like bt:org-1:*"],
        },
      ]);
    });

    it("reads a trust policy that holds an encrypted setting, without the setting", () => {
      const [trust] = only(access, "role SnowflakeErrorRole-full").assumedBy ?? [];
      assert.equal(trust?.who, "user errors of account 444455556666");
      assert.deepEqual(trust.conditions, ["if the external id is [encrypted]"]);
    });

    it("finds an inline policy", () => {
      const [publishing] = only(access, "role SnowflakeErrorRole-full").grants;
      assert.deepEqual(publishing?.actions, ["sns:Publish"]);
      assert.deepEqual(publishing.where, ["topic snowpipe-errors-full"]);
    });

    it("finds a user's policies through its group", () => {
      const user = only(access, "user SnowflakeS3User-full");
      assert.equal(user.assumedBy, undefined);
      assert.deepEqual(user.grants.at(-1), {
        effect: "allow",
        who: "user SnowflakeS3User-full",
        actions: ["kms:Decrypt"],
        where: [key],
        conditions: ["via S3 in eu-west-1"],
      });
    });

    it("tells everyone in the key's policy, where * is the key itself", () => {
      const { grants } = only(access, key);
      assert.ok(grants.every(({ where }) => where.join() === key));
      assert.deepEqual(
        grants.map(({ who, conditions }) => [who, ...conditions]),
        [
          ["account 111122223333 (this one)"],
          ["role BraintrustExportRole-full", "via S3 in eu-west-1"],
          ["user SnowflakeS3User-full and role analyst of account 777788889999", "via S3 in eu-west-1"],
          ["service s3.amazonaws.com", "for account 111122223333", `from bucket ${bucket}`],
          [
            "service cloudwatch.amazonaws.com and service budgets.amazonaws.com and service costalerts.amazonaws.com",
            "for account 111122223333",
          ],
          ["service cloudtrail.amazonaws.com", `from ${trail}`, `if the trail is ${trail}`],
          ["service cloudtrail.amazonaws.com", `from ${trail}`],
          ["account 111122223333 (this one)", `if the trail is ${trail}`],
          [
            "service logs.eu-west-1.amazonaws.com",
            "if the log group is log group /aws/cloudtrail/braintrust-exports-full",
          ],
        ],
      );
    });

    it("says of the policies that awsx makes that no plan has their text", () => {
      const { unread, grants } = only(access, "bucket braintrust-audit-full-111122223333");
      assert.deepEqual(grants, []);
      assert.match(unread.join(), /CloudTrail writes its log files/);
      assert.equal(only(access, "role of trail braintrust-exports-full").unread.length, 1);
    });

    it("tells what the bucket refuses and whom else it lets in", () => {
      const { grants } = only(access, `bucket ${bucket}`);
      assert.deepEqual(
        grants.map(({ effect, who, actions, conditions }) => [effect, who, actions.join(), ...conditions]),
        [
          ["deny", "anyone", "s3:*", "over plain HTTP"],
          ["deny", "anyone", "s3:*", "over TLS below 1.2"],
          [
            "deny",
            "anyone",
            "s3:PutObject",
            "if the encryption header is given",
            `if the KMS key header is absent or is not ${key}`,
          ],
          ["deny", "anyone", "s3:PutObject", "if the SSE-C header is given"],
          ["allow", "role analyst of account 777788889999", "s3:GetObject,s3:GetObjectVersion"],
          [
            "allow",
            "role analyst of account 777788889999",
            "s3:ListBucket",
            "if the prefix is like braintrust-exports or braintrust-exports/*",
          ],
          ["allow", "role analyst of account 777788889999", "s3:GetBucketLocation"],
        ],
      );
    });

    it("names a queue by the end of its URL and a topic by the end of its ARN", () => {
      const [sending] = only(access, "queue snowpipe-s3-notifications-full").grants;
      assert.equal(sending?.who, "service sns.amazonaws.com");
      assert.deepEqual(sending.conditions, ["from topic snowpipe-s3-notifications-full"]);
      const subscribers = only(access, "topic snowpipe-s3-notifications-full").grants;
      assert.ok(subscribers.some(({ who }) => who === "user snow of account 444455556666"));
    });
  });

  describe("of policies that this project does not write", () => {
    it("says that anyone may, where the principal is *", () => {
      for (const Principal of ["*", { AWS: "*" }, { AWS: ["arn:aws:iam::111122223333:root", "*"] }])
        assert.equal(bucketGrant({ Principal }).who, "anyone");
    });

    it("shows a condition it has no words for as the policy spells it", () => {
      const Condition = {
        StringEquals: { "aws:PrincipalOrgID": "o-1" },
        BoolIfExists: { "aws:SecureTransport": false },
      };
      assert.deepEqual(bucketGrant({ Condition }).conditions, [
        "if StringEquals aws:PrincipalOrgID: o-1",
        "if BoolIfExists aws:SecureTransport: false",
      ]);
    });

    it("tells two tests of one thing together", () => {
      const header = "s3:x-amz-server-side-encryption";
      const Condition = { Null: { [header]: "false" }, StringNotEquals: { [header]: "AES256" } };
      assert.deepEqual(bucketGrant({ Condition }).conditions, [
        "if the encryption header is given and is not AES256",
      ]);
    });

    it("turns NotAction, NotResource and NotPrincipal round", () => {
      const { Action: _action, Resource: _resource, Principal: _principal, ...nothing } = openStatement;
      const [grant] = grantsOfBucket({
        ...nothing,
        NotPrincipal: { AWS: "111122223333" },
        NotAction: "s3:DeleteObject",
        NotResource: "arn:aws:s3:::exports/private/*",
      });
      assert.equal(grant?.who, "anyone except account 111122223333");
      assert.deepEqual(grant.actions, ["anything except s3:DeleteObject"]);
      assert.deepEqual(grant.where, ["any resource except exports/private/*"]);
    });

    it("knows that a refusal of everyone undoes a role's trust", () => {
      const allowed = { Effect: "Allow", Principal: { AWS: "111122223333" }, Action: "sts:AssumeRole" };
      const refused = { Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" };
      const trusting = (...Statement: unknown[]) =>
        accessOf([role({ assumeRolePolicy: JSON.stringify({ Statement }) })]);
      assert.equal(trusting(allowed)[0]?.assumedBy?.length, 1);
      assert.deepEqual(trusting(allowed, refused)[0]?.assumedBy, []);
    });

    it("says which policies it cannot read, and claims nothing about them", () => {
      const outside = "arn:aws:iam::aws:policy/AdministratorAccess";
      const [access] = accessOf([
        role({ assumeRolePolicy: "[secret]" }),
        resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role: "reader", policyArn: outside }),
      ]);
      assert.deepEqual(access, {
        subject: "role reader",
        grants: [],
        unread: ["its trust policy", `policy ${outside}`],
      });
    });

    it("never reads a conditional statement as an unconditional one, nor drops a statement or an action", () => {
      const operator = fc.constantFrom(
        "Bool",
        "Null",
        "StringLike",
        "ArnEquals",
        "StringEqualsIfExists",
        "IpAddress",
      );
      const conditionKey = fc.constantFrom(
        "aws:SecureTransport",
        "aws:SourceArn",
        "s3:prefix",
        "aws:SourceIp",
      );
      const statement = fc.record({
        Effect: fc.constantFrom("Allow", "Deny"),
        Principal: fc.constantFrom("*", { AWS: "111122223333" }, { Service: "s3.amazonaws.com" }),
        Action: fc.array(fc.constantFrom("s3:GetObject", "s3:*", "*"), { minLength: 1 }),
        Resource: fc.constantFrom("*", "arn:aws:s3:::exports/*"),
        Condition: fc.dictionary(operator, fc.dictionary(conditionKey, fc.string(), { minKeys: 1 }), {
          minKeys: 1,
        }),
      });
      fc.assert(
        fc.property(fc.array(statement), (statements) => {
          const grants = grantsOfBucket(...statements);
          assert.deepEqual(
            grants.map(({ effect, actions }) => [effect, actions]),
            statements.map(({ Effect, Action }) => [Effect.toLowerCase(), Action]),
          );
          assert.ok(grants.every(({ conditions }) => conditions.length > 0));
        }),
      );
    });
  });
});

const openStatement = {
  Effect: "Allow",
  Principal: "*",
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::exports/*",
};

function bucketGrant(changes: Readonly<Record<string, unknown>>) {
  const [grant] = grantsOfBucket({ ...openStatement, ...changes });
  assert.ok(grant !== undefined);
  return grant;
}

function grantsOfBucket(...Statement: unknown[]) {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement });
  return only(
    accessOf([resource("aws:s3/bucketPolicy:BucketPolicy", { bucket: "exports", policy })]),
    "bucket exports",
  ).grants;
}

function role(inputs: PlannedResource["inputs"]): PlannedResource {
  return resource("aws:iam/role:Role", { name: "reader", ...inputs });
}

function resource(type: string, inputs: PlannedResource["inputs"]): PlannedResource {
  return { urn: `urn:pulumi:test::test::${type}::it`, type, name: "it", parent: "", inputs, protect: false };
}

function only(access: readonly Access[], subject: string): Access {
  const found = access.filter((each) => each.subject === subject);
  assert.equal(found.length, 1, `${subject} among ${access.map((each) => each.subject).join(", ")}`);
  const [first] = found;
  assert.ok(first !== undefined);
  return first;
}
