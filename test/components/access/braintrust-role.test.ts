import assert from "node:assert/strict";
import { braintrustExternalIds } from "../../../components/access/braintrust-external-ids";
import {
  BraintrustRole,
  type BraintrustRoleArgs,
  braintrustTrust,
} from "../../../components/access/braintrust-role";
import type { Trust } from "../../../components/access/trust-policy";
import { account, deploy, type Program, resolved, settingsFor } from "../../support";

const bucketArn = "arn:aws:s3:::acme-exports";
const trust: Trust = {
  principalArn: "arn:aws:iam::111122223333:root",
  externalIds: ["bt:org-1:*"],
  match: "StringLike",
};

describe("BraintrustRole", () => {
  const build = (args: Partial<BraintrustRoleArgs> = {}) =>
    deploy(
      () =>
        new BraintrustRole("writer", {
          roleName: "writer",
          policyName: "writing",
          exportPrefix: "exports/",
          permissions: "standard",
          trust,
          bucketArn,
          account: account(),
          ...args,
        }),
    );
  const permissions = ({ deployed }: Pick<Program, "deployed">) =>
    deployed.statements(deployed.only("aws:iam/policy:Policy"));
  const trustOf = ({ deployed }: Pick<Program, "deployed">) =>
    deployed.statements(deployed.only("aws:iam/role:Role"), "assumeRolePolicy");

  it("trusts Braintrust's account with the organization's external id, and nobody else", async () => {
    assert.deepEqual(trustOf(await build()), [
      {
        Sid: "AssumeWithExternalId",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111122223333:root" },
        Action: "sts:AssumeRole",
        Condition: { StringLike: { "sts:ExternalId": "bt:org-1:*" } },
      },
    ]);
  });

  it("takes any of several external ids", async () => {
    const [statement] = trustOf(await build({ trust: { ...trust, externalIds: ["bt:o:1:*", "bt:o:2:*"] } }));
    assert.deepEqual(statement?.Condition, { StringLike: { "sts:ExternalId": ["bt:o:1:*", "bt:o:2:*"] } });
  });

  it("trusts nobody without a trust", async () => {
    assert.deepEqual(trustOf(await build({ trust: undefined })), [
      { Sid: "TrustNobodyYet", Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" },
    ]);
  });

  it("grants what Braintrust documents, below the prefix", async () => {
    assert.deepEqual(permissions(await build()), [
      {
        Sid: "WriteExports",
        Effect: "Allow",
        Action: [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:DeleteObjectVersion",
          "s3:GetObject",
          "s3:GetObjectAcl",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
          "s3:PutObjectAcl",
        ],
        Resource: [`${bucketArn}/exports/*`],
      },
      {
        Sid: "ListExports",
        Effect: "Allow",
        Action: ["s3:ListBucket", "s3:ListBucketVersions"],
        Resource: bucketArn,
        Condition: { StringLike: { "s3:prefix": ["exports", "exports/*"] } },
      },
      {
        Sid: "LocateBucket",
        Effect: "Allow",
        Action: ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        Resource: bucketArn,
      },
    ]);
  });

  it("grants no read with `least`, and the key where there is one", async () => {
    assert.deepEqual(permissions(await build({ permissions: "least", kmsKeyArn: "arn:key" })), [
      {
        Sid: "WriteExports",
        Effect: "Allow",
        Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
        Resource: [`${bucketArn}/exports/*`],
      },
      {
        Sid: "ListExports",
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: bucketArn,
        Condition: { StringLike: { "s3:prefix": ["exports", "exports/*"] } },
      },
      {
        Sid: "LocateBucket",
        Effect: "Allow",
        Action: ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        Resource: bucketArn,
      },
      {
        Sid: "EncryptExports",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: "arn:key",
        Condition: { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
      },
    ]);
  });

  it("bears the names that others know, and ties the policy to the role", async () => {
    const { deployed, result } = await build();
    assert.equal(deployed.only("aws:iam/role:Role").inputs.name, "writer");
    assert.equal(deployed.only("aws:iam/policy:Policy").inputs.name, "writing");
    assert.deepEqual(deployed.only("aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs, {
      role: "writer",
      policyArn: "arn:aws:iam::123456789012:policy/writing",
    });
    assert.equal(await resolved(result.roleArn), "arn:aws:iam::123456789012:role/writer");
  });
});

describe("braintrustExternalIds", () => {
  const idsOf = (braintrust: Readonly<Record<string, unknown>>) =>
    braintrustExternalIds(settingsFor({ braintrust }).braintrust);

  it("is of the whole organization, or of the projects named", () => {
    assert.deepEqual(idsOf({}), []);
    assert.deepEqual(idsOf({ projectIds: ["p"] }), []);
    assert.deepEqual(idsOf({ orgId: "o" }), ["bt:o:*"]);
    assert.deepEqual(idsOf({ orgId: "o", projectIds: ["p", "q"] }), ["bt:o:p:*", "bt:o:q:*"]);
  });
});

describe("braintrustTrust", () => {
  const trustFor = (braintrust: { readonly orgId?: string; readonly accountId?: string }) =>
    braintrustTrust(
      braintrust.accountId,
      braintrustExternalIds({ orgId: braintrust.orgId }),
      account("us-gov-west-1"),
    );

  it("is nobody's until both ids are known", () => {
    assert.equal(trustFor({}), undefined);
    assert.equal(trustFor({ orgId: "o" }), undefined);
    assert.equal(trustFor({ accountId: "111122223333" }), undefined);
  });

  it("is the account's root in the stack's partition", async () => {
    const { result } = await deploy(() => trustFor({ orgId: "o", accountId: "111122223333" }));
    assert.ok(result !== undefined);
    assert.equal(await resolved(result.principalArn), "arn:aws-us-gov:iam::111122223333:root");
    assert.deepEqual([result.externalIds, result.match], [["bt:o:*"], "StringLike"]);
  });
});
