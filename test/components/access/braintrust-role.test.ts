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
  principalArns: ["arn:aws:iam::111122223333:root"],
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

  it("cannot be assumed without trusted principals", async () => {
    assert.deepEqual(trustOf(await build({ trust: undefined })), [
      { Sid: "TrustNobodyYet", Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" },
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
      { braintrustAccountId: braintrust.accountId },
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
    assert.equal(await resolved(result.principalArns[0] ?? ""), "arn:aws-us-gov:iam::111122223333:root");
    assert.deepEqual([result.externalIds, result.match], [["bt:o:*"], "StringLike"]);
  });
});
