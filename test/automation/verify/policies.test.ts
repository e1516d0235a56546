import assert from "node:assert/strict";
import fc from "fast-check";
import type { Statement } from "../../../automation/policy-document";
import { comparePolicies, differenceWords, parsePolicy, speaksOf } from "../../../automation/verify/policies";

const role = "arn:aws:iam::123456789012:role/Writer";

describe("policies", () => {
  const statement: Statement = {
    Sid: "Write",
    Effect: "Allow",
    Principal: { AWS: ["arn:aws:iam::123456789012:root", role] },
    Action: ["s3:PutObject", "s3:GetObject"],
    Resource: "arn:aws:s3:::b/*",
    Condition: { StringLike: { "s3:prefix": ["a", "b"] }, Bool: { "aws:SecureTransport": "false" } },
  };

  it("finds no difference in what AWS spells another way", () => {
    const respelt: Statement = {
      Effect: "Allow",
      Principal: { AWS: [role, "123456789012"] },
      Action: ["s3:getobject", "s3:PutObject"],
      Resource: ["arn:aws:s3:::b/*"],
      Condition: { Bool: { "aws:securetransport": false }, StringLike: { "s3:prefix": ["b", "a"] } },
    };
    assert.deepEqual(comparePolicies([respelt], [statement]), { missing: [], unexpected: [] });
  });

  it("tells everybody written in two ways", () => {
    const everybody: Statement = { ...statement, Principal: "*" };
    assert.deepEqual(comparePolicies([everybody], [{ ...statement, Principal: { AWS: "*" } }]).missing, []);
  });

  for (const [part, changed] of Object.entries({
    effect: { Effect: "Deny" },
    principal: { Principal: { AWS: role } },
    "the principal's inversion": { Principal: undefined, NotPrincipal: statement.Principal },
    action: { Action: "s3:*" },
    resource: { Resource: "*" },
    condition: { Condition: undefined },
    operator: {
      Condition: { ...statement.Condition, StringLike: undefined, StringEquals: { "s3:prefix": ["a", "b"] } },
    },
  })) {
    it(`sees another ${part}`, () => {
      const live = JSON.parse(JSON.stringify({ ...statement, ...changed })) as Statement;
      const difference = comparePolicies([live], [statement]);
      assert.equal(difference.missing.length, 1);
      assert.equal(difference.unexpected.length, 1);
    });
  }

  it("sees a statement that is there twice", () => {
    assert.equal(comparePolicies([statement, statement], [statement]).unexpected.length, 1);
  });

  it("names what is missing and what is too much", () => {
    const extra: Statement = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" };
    assert.deepEqual(differenceWords(comparePolicies([extra], [statement])), [
      "lacks Write (Allow s3:PutObject, s3:GetObject to 123456789012, arn:aws:iam::123456789012:role/Writer)",
      "has more than expected: Allow s3:GetObject to *",
    ]);
  });

  it("compares alike in any order", () => {
    const texts = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 });
    const statements = fc.array(
      fc.record({
        Effect: fc.constantFrom("Allow" as const, "Deny" as const),
        Action: texts,
        Resource: texts,
      }),
    );
    fc.assert(
      fc.property(statements, (some) => {
        const turned = [...some].reverse().map((each) => ({
          ...each,
          Action: [...each.Action].reverse(),
          Resource: [...each.Resource].reverse(),
        }));
        assert.deepEqual(comparePolicies(turned, some), { missing: [], unexpected: [] });
      }),
    );
  });

  it("reads IAM's encoding, plain JSON, one statement, and nothing", () => {
    const text = JSON.stringify({ Statement: statement });
    assert.deepEqual(parsePolicy(encodeURIComponent(text)), [statement]);
    assert.deepEqual(parsePolicy(text), [statement]);
    assert.deepEqual(parsePolicy(undefined), []);
  });

  it("knows whom a statement speaks of", () => {
    const speaks = (part: Partial<Statement>) => speaksOf({ Effect: "Deny", ...part }, role);
    assert.ok(speaks({ Principal: "*" }));
    assert.ok(speaks({ Principal: { AWS: "arn:aws:iam::123456789012:root" } }));
    assert.ok(speaks({ Principal: { AWS: [role] } }));
    assert.ok(speaks({ NotPrincipal: { AWS: "arn:aws:iam::123456789012:role/Other" } }));
    assert.ok(!speaks({ NotPrincipal: { AWS: role } }));
    assert.ok(!speaks({ Principal: { AWS: "arn:aws:iam::999900001111:root" } }));
    assert.ok(!speaks({ Principal: { Service: "s3.amazonaws.com" } }));
  });
});
