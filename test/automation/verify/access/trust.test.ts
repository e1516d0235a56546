import assert from "node:assert/strict";
import type { Statement } from "../../../../automation/policy-document";
import { type AskedTrust, trustProblems } from "../../../../automation/verify/access/trust";
import { askedStatements } from "../../../../automation/verify/policies";
import { trustPolicy } from "../../../../components/access/trust-policy";

describe("trustProblems", () => {
  const asked: AskedTrust = {
    principalArns: ["arn:aws:iam::872608195596:root"],
    externalIds: ["bt:org-1:*"],
    match: "StringLike",
  };
  const right: Statement = {
    Effect: "Allow",
    Principal: { AWS: [...asked.principalArns] },
    Action: "sts:AssumeRole",
    Condition: { StringLike: { "sts:ExternalId": "bt:org-1:*" } },
  };

  it("has nothing against what the program writes", async () => {
    for (const trust of [asked, { ...asked, externalIds: ["bt:o:a:*", "bt:o:b:*"] }, undefined]) {
      const { Statement } = trustPolicy(trust);
      assert.deepEqual(trustProblems(await askedStatements(Statement), trust), []);
    }
  });

  it("takes an account's number for its root", () => {
    assert.deepEqual(trustProblems([{ ...right, Principal: { AWS: "872608195596" } }], asked), []);
  });

  const { Condition: _, ...unconditional } = right;
  const cases: readonly (readonly [what: string, live: readonly Statement[], problem: RegExp])[] = [
    ["no external id", [unconditional], /asks for no external id/],
    ["another pattern", [withIds("bt:*")], /takes the external id bt:\*, expected bt:org-1:\*/],
    [
      "one id more",
      [withIds("bt:org-1:*", "bt:org-2:*")],
      /bt:org-1:\* or bt:org-2:\*, expected bt:org-1:\*/,
    ],
    [
      "another operator",
      [{ ...right, Condition: { StringNotLike: { "sts:ExternalId": "bt:org-1:*" } } }],
      /compares the external id by StringNotLike, expected StringLike/,
    ],
    ["everybody", [{ ...right, Principal: "*" }], /trusts everybody/],
    [
      "somebody else",
      [{ ...right, Principal: { AWS: "arn:aws:iam::1:root" } }],
      /does not trust arn:aws:iam::8726/,
    ],
    [
      "a service too",
      [right, { ...right, Principal: { Service: "ec2.amazonaws.com" } }],
      /trusts Service ec2/,
    ],
    [
      "somebody deleted",
      [{ ...right, Principal: { AWS: "AIDAABCDEF123" } }],
      /AIDAABCDEF123, somebody deleted/,
    ],
    [
      "an inverted principal",
      [{ ...unconditional, Principal: undefined, NotPrincipal: { AWS: "x" } }],
      /everybody but/,
    ],
    [
      "more actions",
      [{ ...right, Action: ["sts:AssumeRole", "sts:TagSession"] }],
      /allows sts:TagSession in addition/,
    ],
    ["another action", [{ ...right, Action: "sts:TagSession" }], /does not allow sts:AssumeRole/],
    [
      "a further condition",
      [{ ...right, Condition: { ...right.Condition, IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }],
      /asks for aws:SourceIp/,
    ],
    ["a denial", [right, { ...right, Effect: "Deny" }], /denies 872608195596/],
    ["nobody", [], /does not trust/],
  ].map(([what, live, problem]) => [what, live, problem] as [string, Statement[], RegExp]);
  for (const [what, live, problem] of cases) {
    it(`sees ${what}`, () => assert.match(trustProblems(live, asked).join("; "), problem));
  }

  it("sees anybody where nobody was to be trusted", () => {
    assert.match(
      trustProblems([right], undefined).join(),
      /trusts 872608195596, and must not be assumable yet/,
    );
    assert.deepEqual(trustProblems([{ ...right, Effect: "Deny" }], undefined), []);
  });

  function withIds(...ids: string[]): Statement {
    return { ...right, Condition: { StringLike: { "sts:ExternalId": ids } } };
  }
});
