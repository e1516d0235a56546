import assert from "node:assert/strict";
import { accessMatrix } from "../../../automation/report/access/matrix";

const ROLE = "arn:aws:iam::123456789012:role/reader";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/k-1";
const ROOT = { AWS: "arn:aws:iam::123456789012:root" };

type Written = Readonly<Record<string, unknown>>;

const resource = (type: string, name: string, inputs: Written) => ({
  urn: `urn:${name}`,
  type,
  name,
  parent: "",
  inputs,
  protect: false,
});
const policy = (...Statement: Written[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** A role `reader` with these rights, a bucket `files` and a key `k-1` with policies of their own. */
function program(parts: { role: Written; bucket?: Written; key?: Written; trust?: Written }) {
  const nobody = { Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" };
  return [
    resource("aws:iam/role:Role", "r", { name: "reader", assumeRolePolicy: policy(parts.trust ?? nobody) }),
    resource("aws:iam/policy:Policy", "p", { name: "rights", policy: policy(parts.role) }),
    resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", {
      role: "reader",
      policyArn: "arn:aws:iam::123456789012:policy/team/rights",
    }),
    ...(parts.bucket === undefined
      ? []
      : [
          resource("aws:s3/bucketPolicy:BucketPolicy", "b", {
            bucket: "files",
            policy: policy(parts.bucket),
          }),
        ]),
    ...(parts.key === undefined
      ? []
      : [resource("aws:kms/keyPolicy:KeyPolicy", "k", { keyId: "k-1", policy: policy(parts.key) })]),
  ];
}

/** Who may do an action somewhere, by the labels of principals and places: "who: verdict by statements". */
function verdicts(resources: ReturnType<typeof program>, action: string, label: string): string[] {
  const { resources: tables } = accessMatrix(resources);
  return tables.flatMap(({ columns, places }) =>
    places
      .filter(({ place }) => place.label === label)
      .flatMap(({ rows }) => rows.filter(({ actions }) => actions.includes(action)))
      .flatMap(({ decisions }) =>
        decisions.map(({ verdict, by, unless }, index) => {
          const who = columns[index]?.principals.map((principal) => principal.label).join(" and ");
          return `${who}: ${verdict} ${by.join(" ")}${unless.length > 0 ? ` unless ${unless.join(" ")}` : ""}`.trim();
        }),
      ),
  );
}

const read = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::files/in/*" };
const useKey = { Effect: "Allow", Action: "kms:Decrypt", Resource: KEY };

describe("a decision of the matrix", () => {
  it("is a refusal where a statement refuses without conditions, whatever allows", () => {
    const bucket = { Effect: "Deny", Principal: "*", Action: "s3:Get*", Resource: "arn:aws:s3:::files/*" };
    assert.deepEqual(verdicts(program({ role: read, bucket }), "s3:GetObject", "Objects in/*"), [
      "role reader: refused 3",
      "Anyone else: refused 3",
    ]);
  });

  it("names a refusal with conditions beside what allows", () => {
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    const bucket = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: "arn:aws:s3:::files/*",
      Condition,
    };
    assert.deepEqual(verdicts(program({ role: read, bucket }), "s3:GetObject", "Objects in/*"), [
      "role reader: allowed 2 unless 3",
      "Anyone else: refused",
    ]);
  });

  it("lets a whole account's refusal reach its roles, and no Allow to the account", () => {
    const bucket = {
      Effect: "Deny",
      Principal: ROOT,
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::files/*",
    };
    assert.equal(
      verdicts(program({ role: read, bucket }), "s3:GetObject", "Objects in/*")[0],
      "role reader: refused 3",
    );
    const allowing = { ...bucket, Effect: "Allow", Action: "s3:PutObject" };
    assert.equal(
      verdicts(program({ role: read, bucket: allowing }), "s3:PutObject", "Objects in/*")[0],
      "role reader: refused",
    );
  });

  it("names a refusal of some of the objects beside what allows", () => {
    const of = (...parts: string[]) => {
      const Resource = parts.map((part) => `arn:aws:s3:::files/${part}`);
      const bucket = { Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource };
      return verdicts(program({ role: read, bucket }), "s3:GetObject", "Objects in/*")[0];
    };
    for (const part of ["in/hr/*", "*.csv", "*/hr/*", "i?/a*b"]) {
      assert.equal(of(part), "role reader: allowed 2 unless 3", part);
    }
    for (const part of ["out/*", "input/*", "i?"]) assert.equal(of(part), "role reader: allowed 2", part);
    assert.equal(of("in/hr/*", "in/*"), "role reader: refused 3");
  });

  it("lets an account's refusal reach its users and roles, and those of no other", () => {
    const theirs = "arn:aws:iam::777788889999:";
    const all = (name: string) => ({ AWS: `arn:aws:iam::${name}` });
    const refusing = (account: string) => {
      const allow = { ...read, Principal: { AWS: [`${theirs}user/bob`, `${theirs}role/team/etl`] } };
      const deny = {
        Effect: "Deny",
        Principal: all(`${account}:root`),
        Action: "s3:*",
        Resource: "arn:aws:s3:::files/*",
      };
      const bucket = resource("aws:s3/bucketPolicy:BucketPolicy", "b", {
        bucket: "files",
        policy: policy(allow, deny),
      });
      return verdicts([...program({ role: read }), bucket], "s3:GetObject", "Objects in/*");
    };
    const others = "user bob of account 777788889999 and role etl of account 777788889999";
    assert.deepEqual(refusing("777788889999"), [
      "role reader: allowed 2",
      `${others}: refused 4`,
      "Anyone else: refused",
    ]);
    assert.deepEqual(refusing("123456789012").slice(0, 2), [
      "role reader: refused 4",
      `${others}: allowed 3`,
    ]);
  });

  it("needs the key's own policy, which may leave it to the account", () => {
    const key = { Effect: "Allow", Principal: ROOT, Action: "kms:*", Resource: "*" };
    assert.equal(
      verdicts(program({ role: useKey, key }), "kms:Decrypt", "key k-1")[0],
      "role reader: allowed 2 3",
    );
    const other = { ...key, Principal: { AWS: "arn:aws:iam::123456789012:role/other" } };
    assert.deepEqual(verdicts(program({ role: useKey, key: other }), "kms:Decrypt", "key k-1"), [
      "role reader: refused",
      "role other: allowed 3",
      "Anyone else: refused",
    ]);
  });

  it("reads NotAction, NotResource and NotPrincipal as what they leave out", () => {
    const rights = { Effect: "Allow", NotAction: "s3:Delete*", NotResource: "arn:aws:s3:::files/secret/*" };
    const bucket = {
      Effect: "Deny",
      NotPrincipal: { AWS: ROLE },
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::files/*",
    };
    const known = program({ role: read, bucket });
    const wide = [
      ...known,
      resource("aws:iam/rolePolicy:RolePolicy", "w", { role: "reader", policy: policy(rights) }),
    ];
    assert.equal(verdicts(wide, "s3:PutObject", "Objects in/*")[0], "role reader: allowed 3");
    assert.equal(verdicts(wide, "s3:DeleteObject", "Objects in/*")[0], "role reader: refused");
    assert.deepEqual(verdicts(wide, "s3:GetObject", "Objects in/*"), [
      "role reader: allowed 2 3",
      "Anyone else: refused 4",
    ]);
  });

  it("takes a role's assumption from its trust policy alone, and anyone from a star", () => {
    const trust = { Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" };
    const rights = { Effect: "Allow", Action: "*", Resource: "*" };
    assert.deepEqual(verdicts(program({ role: rights, trust }), "sts:AssumeRole", "role reader"), [
      "Anyone else: allowed 1",
    ]);
  });
});
