import assert from "node:assert/strict";
import type { S3 } from "@aws-sdk/client-s3";
import type { CheckResult } from "../../../../automation/verify/check";
import type { Aws } from "../../../../automation/verify/clients";
import { freshnessChecks } from "../../../../automation/verify/freshness/freshness-checks";
import { PROBE } from "../../../../automation/verify/probe";
import { runChecks } from "../../../../automation/verify/runner";
import { fakeAws } from "../fake-aws";
import { strict } from "../fake-queue";
import { CALLER, liveAccount, NOW } from "../live-account";

const HOUR_MS = 3_600_000;

interface Listed {
  readonly Key: string;
  readonly Size: number;
  readonly LastModified: Date;
}

describe("a stream's freshness", () => {
  it("takes the newest of all pages", async () => {
    const result = await freshness([[object("a", 30)], [object("b", 40)], [object("c", 2)]]);
    assert.deepEqual([result?.verdict, result?.evidence], ["pass", "2 h old: c; layout: no folders"]);
  });

  it("names the layout of the folders, and warns where Braintrust has changed it", async () => {
    const prefix = "braintrust-exports/logs/";
    const before = object(`${prefix}2026-01-01T00/0.jsonl.gz`, 30);
    const after = object(`${prefix}year=2026/tenant=x/0.jsonl.gz`, 2);
    const said = async (...objects: (typeof before)[]) => (await freshness([objects]))?.evidence;
    assert.match((await said(after)) ?? "", /; layout: Hive partitions$/);
    assert.match(
      (await said(before, after)) ?? "",
      /warning: the layout changed from folders by run to Hive/,
    );
    const empty = { ...object(`${prefix}2026-01-01T00/1.jsonl.gz`, 30), Size: 20 };
    assert.match((await said(empty, after)) ?? "", /; layout: Hive partitions$/);
  });

  it("fails on an old export, and says how old", async () => {
    const result = await freshness([[object("a", 30)], [object("b", 26)]]);
    assert.deepEqual([result?.verdict, result?.evidence], ["fail", "the newest export is 26 h old"]);
  });

  it("takes no probe and no empty file for an export", async () => {
    const result = await freshness([[object(`${PROBE}1`, 1), { ...object("empty", 1), Size: 0 }]]);
    assert.deepEqual([result?.verdict, result?.evidence.includes("no export")], ["skip", true]);
  });

  it("finds the newest of more files than it lists in the last folder, whatever levels the folders have", async () => {
    for (const folderOf of [
      (hour: number) => `${new Date(NOW - hour * HOUR_MS).toISOString().slice(0, 13)}/`,
      (hour: number) => {
        const [, year, month, day, at] =
          /^(\d+)-(\d+)-(\d+)T(\d+)/.exec(new Date(NOW - hour * HOUR_MS).toISOString()) ?? [];
        return `year=${year}/month=${month}/day=${day}/hour=${at}/`;
      },
    ]) {
      const prefix = "braintrust-exports/logs/";
      const objects = Array.from({ length: 400 }, (_, hour) => hour + 1)
        .flatMap((hour) => [0, 1, 2].map((file) => object(`${prefix}${folderOf(hour)}${file}.gz`, hour)))
        .sort((one, other) => (one.Key < other.Key ? -1 : 1));
      const { result, calls } = await freshnessOf(objects, 50);
      assert.deepEqual([result?.verdict, result?.evidence.slice(0, 7)], ["pass", "1 h old"]);
      assert.ok(calls < 25, `${calls} calls`);
    }
  });

  it("stops after ten pages, and claims nothing of the rest", async () => {
    const pages = Array.from({ length: 11 }, () => [object("old", 100)]);
    const result = await freshness([...pages, [object("new", 1)]]);
    assert.equal(result?.verdict, "skip");
    assert.match(result?.evidence ?? "", /none of the first 10000 objects/);
  });
});

/** Of a bucket that lists objects as S3 does, so many to a page. */
async function freshnessOf(objects: readonly Listed[], pageSize: number) {
  const { subject, live } = await liveAccount();
  let calls = 0;
  const aws: Aws = {
    ...fakeAws(live, subject),
    s3: strict<S3>("s3", {
      listObjectsV2: async ({ Prefix = "", Delimiter, ContinuationToken = "0" }) => {
        calls += 1;
        const below = objects.filter(({ Key }) => Key.startsWith(Prefix));
        const folder = (key: string) => /^[^/]*\//.exec(key.slice(Prefix.length))?.[0];
        const folders = Delimiter === undefined ? [] : below.flatMap(({ Key }) => folder(Key) ?? []);
        const entries = [
          ...[...new Set(folders)].map((name) => ({ Prefix: Prefix + name })),
          ...(Delimiter === undefined ? below : below.filter(({ Key }) => folder(Key) === undefined)),
        ];
        const from = Number(ContinuationToken);
        const page = entries.slice(from, from + pageSize);
        const next = from + pageSize;
        return {
          Contents: page.flatMap((entry) => ("Key" in entry ? [entry] : [])),
          CommonPrefixes: page.flatMap((entry) => ("Prefix" in entry ? [entry] : [])),
          ...(next < entries.length ? { NextContinuationToken: String(next) } : {}),
        };
      },
    }),
  };
  const results = await runChecks(
    freshnessChecks(subject, aws, () => NOW),
    { caller: CALLER },
  );
  return { result: results.find(({ id }) => id === "fresh/logs"), calls };
}

describe("alarms that are silenced", () => {
  it("are all enabled by one command, CloudWatch taking a hundred names at once", async () => {
    const { subject, live } = await liveAccount();
    const [alarm] = live.alarms;
    assert.ok(alarm);
    live.alarms = Array.from({ length: 116 }, (_, index) => ({
      ...alarm,
      AlarmName: `braintrust-${subject.stack}-no-export-team-${index}`,
      ActionsEnabled: false,
    }));
    const aws = fakeAws(live, subject);
    const results = await runChecks(
      freshnessChecks(subject, aws, () => NOW),
      { caller: CALLER },
    );
    const { verdict, evidence, fix = "" } = results.find(({ id }) => id === "fresh/alarms") ?? {};
    assert.equal(verdict, "fail");
    assert.match(evidence ?? "", /-team-9 and 106 more$/);
    assert.ok(fix.length < 300, fix);
    assert.match(
      fix,
      /describe-alarms --alarm-name-prefix braintrust-\S+- .*\| xargs -n 100 aws cloudwatch enable-/,
    );
  });
});

function object(Key: string, ageHours: number): Listed {
  return { Key, Size: 1, LastModified: new Date(NOW - ageHours * HOUR_MS) };
}

async function freshness(pages: readonly (readonly Listed[])[]): Promise<CheckResult | undefined> {
  const { subject, live } = await liveAccount();
  const aws: Aws = {
    ...fakeAws(live, subject),
    s3: strict<S3>("s3", {
      listObjectsV2: async ({ ContinuationToken = "0" }) => {
        const page = Number(ContinuationToken);
        const more = page + 1 < pages.length ? { NextContinuationToken: String(page + 1) } : {};
        return { Contents: [...(pages[page] ?? [])], ...more };
      },
    }),
  };
  const results = await runChecks(
    freshnessChecks(subject, aws, () => NOW),
    { caller: CALLER },
  );
  return results.find(({ id }) => id === "fresh/logs");
}
