import assert from "node:assert/strict";
import { ownPolicy, ownSids, policyProblems, splicedPolicy } from "../../provider/policy-merge";

const owner = "123456789012dev";
const sid = (name: string) => `${name}For${owner}`;
const own = (...statements: object[]) => ({
  owner,
  policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
});
const deny = (name: string, condition = "false") => ({
  Sid: sid(name),
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::b"],
  Condition: { Bool: { "aws:SecureTransport": condition } },
});
/** As somebody has written them by hand: blanks, a number and an escape that no parser would write again. */
const foreign = [
  '{"Effect":"Allow", "Principal":{"AWS":["111122223333"]},"Action":"s3:Get*","Resource":"*" }',
  '{\n  "Sid": "Caf\\u00e9", "Effect":"Deny","Principal":"*","Action":["s3:PutObject"],"Resource":"*","Condition":{"NumericLessThan":{"s3:TlsVersion":1.20}}}',
];

describe("statements in a policy that others write too", () => {
  const isOwn = ownSids(owner);

  it("are added behind those of others, which stay as they are written", () => {
    const live = `{ "Version" : "2008-10-17", "Id":"x", "Statement" : [ ${foreign.join(" , ")} ] }`;
    const wanted = splicedPolicy(live, isOwn, own(deny("A"), deny("B")));
    assert.equal(
      wanted,
      `{ "Version" : "2008-10-17", "Id":"x", "Statement" : [${[...foreign, JSON.stringify(deny("A")), JSON.stringify(deny("B"))].join(",")}] }`,
    );
  });

  it("are replaced in their places, and removed without any of the others", () => {
    const live = `{"Statement":[${[foreign[0], JSON.stringify(deny("A")), foreign[1], JSON.stringify(deny("B"))].join(",")}]}`;
    assert.equal(
      splicedPolicy(live, isOwn, own(deny("A", "other"))),
      `{"Statement":[${[foreign[0], JSON.stringify(deny("A", "other")), foreign[1]].join(",")}]}`,
    );
    assert.equal(splicedPolicy(live, isOwn, undefined), `{"Statement":[${foreign.join(",")}]}`);
  });

  it("join a single statement that is no list", () => {
    assert.equal(
      splicedPolicy(`{"Statement":${foreign[0]},"Id":"x"}`, isOwn, own(deny("A"))),
      `{"Statement":[${foreign[0]},${JSON.stringify(deny("A"))}],"Id":"x"}`,
    );
  });

  it("are the policy where there is none, and no policy is left where they were all", () => {
    const policy = own(deny("A"));
    assert.equal(splicedPolicy(undefined, isOwn, policy), policy.policy);
    assert.equal(splicedPolicy(policy.policy, isOwn, undefined), undefined);
    assert.equal(splicedPolicy(undefined, isOwn, undefined), undefined);
  });

  it("are not written again where S3 has written them in its own form", () => {
    const { Resource, ...rest } = deny("A");
    const live = JSON.stringify({ Statement: [{ Resource: Resource[0], ...rest, Principal: { AWS: "*" } }] });
    assert.equal(splicedPolicy(live, isOwn, own(deny("A"))), live);
    assert.equal(ownPolicy(live, own(deny("A"))), own(deny("A")).policy);
  });

  it("are distinguished from those of a stack whose name ends alike, and from those of an earlier version by its state", () => {
    const others = ["AForx123456789012dev", "DenyTlsBelow12For123456789012prod", "DenyTlsBelow12"];
    for (const name of others) assert.equal(isOwn(name), false, name);
    const olds = { policy: JSON.stringify({ Statement: [{ Sid: "DenyTlsBelow12" }, { Sid: "Theirs" }] }) };
    const migrating = ownSids(owner, olds);
    assert.deepEqual(["DenyTlsBelow12", "Theirs", "DenyInsecureTransport", undefined].map(migrating), [
      true,
      false,
      false,
      false,
    ]);
  });

  it("are refused beside a policy that is no JSON, or that leaves no room", () => {
    assert.throws(() => splicedPolicy("?", isOwn, own(deny("A"))), /cannot be read/);
    assert.deepEqual(policyProblems("b", "x".repeat(20_480)), []);
    assert.match(policyProblems("b", "é".repeat(10_241))[0]?.message ?? "", /20482 bytes/);
  });

  it("are gone where the bucket has none of them", () => {
    assert.equal(ownPolicy(`{"Statement":[${foreign[0]}]}`, own(deny("A"))), undefined);
    assert.equal(ownPolicy(undefined, own(deny("A"))), undefined);
  });
});
