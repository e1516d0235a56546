import assert from "node:assert/strict";
import { UsageError } from "../../../automation/errors";
import { bucketListOf } from "../../../automation/reconcile/list-source";
import { archiveRuleOf, listedObject } from "../../../automation/reconcile/stored-files";
import { settingsFor } from "../../support";

describe("bucketListOf", () => {
  it("reads s3, the directory table, stages and tables, names as Snowflake folds them", () => {
    assert.deepEqual(bucketListOf("s3"), { kind: "s3" });
    assert.deepEqual(bucketListOf("directory"), { kind: "directory" });
    assert.deepEqual(bucketListOf("lake.Meta.T"), { kind: "table", name: '"LAKE"."META"."T"' });
    assert.deepEqual(bucketListOf('"a.b"."c""d".t'), { kind: "table", name: '"a.b"."c""d"."T"' });
    const stage = { kind: "inventory", name: '"LAKE"."META"."INV"' };
    for (const [text, path] of [
      ["@lake.meta.inv", "/"],
      ["@lake.meta.inv/", "/"],
      ["@lake.meta.inv/my exports/daily", "/my exports/daily/"],
    ] as const) {
      assert.deepEqual(bucketListOf(text), { ...stage, path });
    }
  });

  for (const text of [
    "",
    "S3",
    "inventory",
    "t",
    "a.t",
    "@a.b",
    "a.b.c.d",
    "a.b.c/d",
    "@a..c",
    'a.b."c',
    "a.b.c d",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => bucketListOf(text),
        (error) =>
          error instanceof UsageError && error.message.startsWith(`--list-from ${JSON.stringify(text)}`),
      );
    });
  }
});

describe("listedObject", () => {
  const DAY_MS = 86_400_000;
  const now = 1000 * DAY_MS;
  const listed = (days: number, bytes: number, storageClass?: string) => ({
    key: "p/a",
    listed: { bytes, modified: now - days * DAY_MS, storageClass },
  });
  const isArchived = (file: ReturnType<typeof listed>, settings: Parameters<typeof settingsFor>[0]) =>
    listedObject(file, now, archiveRuleOf(settingsFor(settings, "prod")))?.archived;

  it("takes an object for archived by its storage class, and without one by the lifecycle of the stack's bucket", () => {
    const lifecycle = { profile: "archive", standardIaDays: 40, glacierDays: 100, deepArchiveDays: 200 };
    assert.equal(isArchived(listed(1, 1, "DEEP_ARCHIVE"), { lifecycle }), true);
    assert.equal(isArchived(listed(999, 1e9, "GLACIER_IR"), { lifecycle }), false);
    assert.equal(isArchived(listed(100, 1e9), { lifecycle }), true);
    assert.equal(isArchived(listed(99, 1e9), { lifecycle }), false);
    assert.equal(isArchived(listed(100, 131_071), { lifecycle }), false);
    const small = { ...lifecycle, minimumObjectSizeBytes: 1000 };
    assert.equal(isArchived(listed(100, 1000), { lifecycle: small }), true);
    assert.equal(isArchived(listed(100, 1e9), { lifecycle: { profile: "instant" } }), false);
  });

  it("knows no object where the answer lists none", () => {
    assert.equal(listedObject({ key: "p/a" }, now, undefined), undefined);
  });
});
