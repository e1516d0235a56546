import assert from "node:assert/strict";
import * as config from "@pulumi/aws/config/vars";
import { accountIdsOf, PROVIDER_KEYS } from "../../../components/settings/provider-settings";
import { problemsOf } from "../../support";

const tagged = (tags: Readonly<Record<string, unknown>>) => ({ values: { "aws:defaultTags": { tags } } });
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`tag${i}`, "x"]));

describe("tags of the provider", () => {
  const refused: readonly (readonly [
    title: string,
    tags: Record<string, unknown>,
    key: string,
    rule: RegExp,
  ])[] = [
    [
      "two keys that differ in case",
      { project: "a", Project: "b" },
      "Project",
      /differs from the tag project/,
    ],
    ["a value with a bracket", { owner: "Data <data@acme.com>" }, "owner", /at most 256 letters/],
    ["a value with a comma", { owner: "a, b" }, "owner", /at most 256 letters/],
    ["a value of 257 characters", { owner: "x".repeat(257) }, "owner", /at most 256 letters/],
    ["a key of 129 characters", { ["k".repeat(129)]: "a" }, "k".repeat(129), /a key of 1 to 128/],
    ["a key that AWS reserves", { "AWS:stack": "a" }, "AWS:stack", /not beginning with "aws:"/],
    ["an empty key", { "": "a" }, "", /a key of 1 to 128/],
  ];
  for (const [title, tags, key, rule] of refused) {
    it(`are refused with ${title}`, () => {
      const [problem, ...others] = problemsOf({}, tagged(tags));
      assert.deepEqual([problem?.key, others], [`aws:defaultTags.tags.${key}`, []]);
      assert.match(problem?.rule ?? "", rule);
    });
  }

  for (const [key, given] of [
    ["aws:defaultTags", { Owner: "data", CostCenter: 7 }],
    ["aws:defaultTags", { tags: [{ key: "Owner", value: "data" }] }],
    ["aws:defaultTags", [{ tags: { Owner: "data" } }]],
    ["aws:defaultTags", "Owner=data"],
    ["aws:defaultTags.tags.Owner", { tags: { Owner: { team: "data" } } }],
  ] as const) {
    it(`are refused in a shape that the provider does not read: ${JSON.stringify(given)}`, () => {
      const problems = problemsOf({}, { values: { "aws:defaultTags": given } });
      assert.deepEqual(
        problems.map((problem) => problem.key),
        [key],
      );
    });
  }

  it("are refused beyond 50", () => {
    assert.deepEqual(problemsOf({}, tagged(many(50))), []);
    assert.match(String(problemsOf({}, tagged(many(51)))[0]?.rule), /at most 50 tags/);
  });

  it("are taken at each limit, as numbers and in any language", () => {
    const tags = {
      ["k".repeat(128)]: "x".repeat(256),
      "Kosten-Stelle: Ä": "Größe 5 + _.:/=-@",
      cost: 1234,
      empty: "",
    };
    assert.deepEqual(problemsOf({}, tagged(tags)), []);
    assert.deepEqual(problemsOf({}, { values: { "aws:defaultTags": JSON.stringify({ tags }) } }), []);
  });

  it("name the tag by which costs are counted, also where its value is a number", () => {
    const costTag = { monitoring: { costTag: "cost", monthlyBudgetUsd: 5, alertEmails: ["a@b.co"] } };
    assert.deepEqual(problemsOf(costTag, tagged({ cost: 1234 })), []);
    const inherited = { monitoring: { ...costTag.monitoring, costTag: "constructor" } };
    assert.deepEqual(problemsOf(inherited, tagged({ cost: 1234 }))[0]?.key, "monitoring.costTag");
  });
});

describe("keys of the provider", () => {
  it("are those that the provider of package.json has", () => {
    const ofSdk = Object.keys(config).filter((key) => key !== "default");
    assert.deepEqual([...PROVIDER_KEYS].sort(), [...ofSdk, "pluginDownloadURL", "version"].sort());
  });

  for (const [key, fix] of [
    ["aws:assumeRole", /correct its spelling; known keys here: accessKey, .*assumeRoles/],
    ["aws:s3ForcePathStyle", /s3UsePathStyle/],
    ["aws:awsSecretKey", /secretKey/],
    ["aws:defaultTags.tags.Owner", /config set --path aws:defaultTags\.tags\.Owner <value>/],
    ["aws:allowedAccountIds[0]", /config set --path aws:allowedAccountIds\[0\] <value>/],
  ] as const) {
    it(`are refused where it knows none, and without the value: ${key}`, () => {
      const [problem, ...others] = problemsOf({}, { values: { [key]: "wJalrXUtnFEMI" } });
      assert.deepEqual([problem?.key, others], [key, []]);
      assert.match(problem?.fix ?? "", fix);
      assert.doesNotMatch(JSON.stringify(problem), /wJalr/);
    });
  }

  it("are taken with credentials that are encrypted, and where they are another namespace's", () => {
    const values = { "aws:secretKey": "[encrypted]", "aws:version": "7.48.0", "aws-native:region": "x" };
    assert.deepEqual(problemsOf({}, { values }), []);
  });
});

describe("account ids of the provider", () => {
  const allowed = (value: unknown) => problemsOf({}, { values: { "aws:allowedAccountIds": value } });

  it("are read from a list and from JSON text", () => {
    assert.deepEqual(accountIdsOf(["123456789012", 111122223333]), ["123456789012", "111122223333"]);
    assert.deepEqual(accountIdsOf('["123456789012"]'), ["123456789012"]);
    for (const value of [["123456789012"], '["123456789012"]', undefined])
      assert.deepEqual(allowed(value), []);
  });

  for (const value of ["123456789012", '["12345"]', ["12345678901"], "[1"]) {
    it(`are refused as ${JSON.stringify(value)}`, () => {
      const [problem] = allowed(value);
      assert.equal(problem?.key, "aws:allowedAccountIds");
      assert.match(problem?.rule ?? "", /must be (a list|12 digits)/);
    });
  }
});

describe("hints", () => {
  it("name --path for a key that is written like one", () => {
    const [problem] = problemsOf({ "lifecycle.expireDays": "90" });
    assert.equal(problem?.key, "lifecycle.expireDays");
    assert.match(problem?.fix ?? "", /pulumi config set --path braintrust-snowflake:lifecycle\.expireDays/);
  });

  it("name the profile where a file would expire before its archive", () => {
    const [problem] = problemsOf({ lifecycle: { expireDays: 90 } });
    assert.equal(problem?.key, "lifecycle.expireDays");
    assert.match(problem?.fix ?? "", /set lifecycle\.profile, which is archive, to instant .* or none/);
  });
});
