import assert from "node:assert/strict";
import { braintrustOf, snowflakeOf } from "../../../../automation/import/judge/trusts";
import { trusting } from "../found";

describe("the trust of a role that was created by hand", () => {
  const braintrust = (trust: object) => braintrustOf(JSON.stringify(trust));

  it("gives account and organization of Braintrust's, as root or as an account id", () => {
    const expected = { settings: { accountId: "872608195481", orgId: "8f2b-41" } };
    for (const principal of ["arn:aws:iam::872608195481:root", "872608195481"]) {
      assert.deepEqual(braintrust(trusting(principal, "bt:8f2b-41:*")), expected);
    }
  });

  it("gives the projects where each has an external id", () => {
    const trust = trusting("arn:aws:iam::872608195481:root", ["bt:org:p1", "bt:org:p2"]);
    assert.deepEqual(braintrust(trust).settings, {
      accountId: "872608195481",
      orgId: "org",
      projectIds: ["p1", "p2"],
    });
  });

  it("gives the roles of a self-hosted data plane", () => {
    const roles = ["arn:aws:iam::333344445555:role/api", "arn:aws:iam::333344445555:role/brainstore"];
    assert.deepEqual(braintrust(trusting(roles, "bt:org:*")).settings, {
      principalArns: roles,
      orgId: "org",
    });
  });

  it("takes nothing from an external id that is not Braintrust's, that is open, or that is missing", () => {
    for (const id of ["northwind", "bt:*:*", "bt:*", ["bt:one:*", "bt:two:*"], undefined]) {
      const { settings, other } = braintrust(trusting("arn:aws:iam::872608195481:root", id));
      assert.deepEqual(settings, {}, String(id));
      assert.match(other ?? "", /external id/);
    }
  });

  it("takes nothing from several statements, and nothing from a text that is no policy", () => {
    const { Statement } = trusting("arn:aws:iam::872608195481:root", "bt:org:*") as { Statement: object };
    assert.ok(braintrust({ Statement: [Statement, Statement] }).other);
    assert.ok(braintrustOf("not JSON").other);
  });

  it("gives user and external id of Snowflake's, and not those of a whole account", () => {
    const arn = "arn:aws:iam::444455556666:user/k8ds0000-s";
    const read = (trust: object) => snowflakeOf(JSON.stringify(trust));
    assert.deepEqual(read(trusting(arn, "NW12345_SFCRole=3_x=")), {
      settings: { iamUserArn: arn, externalId: "NW12345_SFCRole=3_x=" },
    });
    assert.deepEqual(read(trusting(arn)).settings, { iamUserArn: arn });
    assert.deepEqual(read(trusting("arn:aws:iam::444455556666:root", "x")).settings, {});
  });
});
