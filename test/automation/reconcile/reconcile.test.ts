import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { PipelineError, UsageError } from "../../../automation/errors";
import { filesSql } from "../../../automation/reconcile/files-sql";
import { readFilesAnswer } from "../../../automation/reconcile/known-files";
import { batchesOf, loadMissingSql, type MissingFile } from "../../../automation/reconcile/load-missing-sql";
import { mergeFiles } from "../../../automation/reconcile/merge";
import { reconcile, type StreamReport } from "../../../automation/reconcile/reconciliation";
import { renderReport, violations } from "../../../automation/reconcile/report";
import { type FileState, fileStates } from "../../../automation/reconcile/states";
import { storedFiles } from "../../../automation/reconcile/stored-files";
import { canary, modes, sampleOutputs } from "../snowflake/sql/sample-outputs";

const DAY_MS = 86_400_000;

function streamReport(
  counts: Partial<Record<FileState, number>>,
  more: Partial<StreamReport> = {},
): StreamReport {
  const none = Object.fromEntries(fileStates.map((state) => [state, 0])) as Record<FileState, number>;
  return { stream: "logs", counts: { ...none, ...counts }, ...more };
}

function lost(key: string): MissingFile {
  return { stream: "stream-0", key, state: "skipped", modified: 0 };
}

describe("the SQL of reconcile", () => {
  it("has no secret, and asks for the pipe only where there is one", () => {
    for (const mode of modes) {
      const outputs = sampleOutputs({ mode, access: "user", streams: 2 });
      const sql = filesSql(outputs) + loadMissingSql(outputs, batchesOf([lost("k")]), 0);
      assert.ok(!sql.includes(canary));
      assert.equal(sql.includes("SYSTEM$PIPE_STATUS"), mode === "snowflake-queue" || mode === "sns", mode);
    }
  });

  it("reads the account's history where that is wanted, and says since when", () => {
    assert.ok(!filesSql(sampleOutputs()).includes("ACCOUNT_USAGE"));
    const year = filesSql(sampleOutputs(), { accountUsage: true });
    assert.match(year, /FROM SNOWFLAKE\.ACCOUNT_USAGE\.COPY_HISTORY/);
    assert.match(year, /DATEADD\(DAY, -365, CURRENT_TIMESTAMP\(\)\)\) AS MODIFIED/);
  });

  it("loads each file of each stream in one batch, of 1000 files at most", () => {
    const missing = ["stream-0", "stream-1"].flatMap((stream) =>
      Array.from({ length: stream === "stream-0" ? 2001 : 1 }, (_, index) => ({
        ...lost(`braintrust/${stream}/${index}'s.jsonl`),
        stream,
      })),
    );
    const sql = loadMissingSql(sampleOutputs({ streams: 2 }), batchesOf(missing), DAY_MS);
    const batches = [
      ...sql.matchAll(
        /COPY INTO "ANALYTICS"\."BRAINTRUST"\."(LOGS_\d)"[^;]*FILES = \(([^;]*)\n {4}\)\n {2}\);/g,
      ),
    ];
    const named = batches.map(([, table, files = ""]) => ({
      table,
      files: [...files.matchAll(/'(\d+)''s\.jsonl'/g)].map(([, index]) => Number(index)),
    }));
    assert.deepEqual(
      named.map(({ table, files }) => [table, files.length]),
      [
        ["LOGS_0", 1000],
        ["LOGS_0", 1000],
        ["LOGS_0", 1],
        ["LOGS_1", 1],
      ],
    );
    assert.equal(new Set(named.slice(0, 3).flatMap(({ files }) => files)).size, 2001);
  });

  it("keeps each statement below the size that Snowflake keeps of one, with the longest names that S3 has", () => {
    const end = "'\\ \u{1F600}.jsonl";
    const missing = Array.from({ length: 1500 }, (_, index) => {
      const key = `braintrust/stream-0/${index}/`;
      return lost(key + "k".repeat(1024 - Buffer.byteLength(key + end)) + end);
    });
    const batches = batchesOf(missing);
    const sql = loadMissingSql(sampleOutputs(), batches, 0);
    for (const statement of sql.split(/^EXECUTE IMMEDIATE /m)) {
      assert.ok(Buffer.byteLength(statement) < 1_000_000, `${Buffer.byteLength(statement)} bytes`);
    }
    assert.deepEqual(
      batches.flatMap(({ files }) => files),
      missing,
    );
  });

  it("takes files that are older than the table's load metadata", () => {
    const sqlOf = (days: number) =>
      loadMissingSql(sampleOutputs(), batchesOf([lost("braintrust/stream-0/a")]), days * DAY_MS);
    assert.match(sqlOf(65), /LOAD_UNCERTAIN_FILES = TRUE/);
    assert.doesNotMatch(sqlOf(63), /LOAD_UNCERTAIN_FILES/);
  });
});

describe("mergeFiles", () => {
  async function* list<File>(...files: File[]) {
    yield* files;
  }
  const stored = (key: string) => ({ key, bytes: 1, modified: 0, archived: false });

  for (const [order, keys] of Object.entries({ falls: ["b", "a"], repeats: ["a", "a"] })) {
    it(`refuses a list whose order ${order}`, async () => {
      const readAll = async (merged: ReturnType<typeof mergeFiles>) => {
        for await (const _ of merged);
      };
      await assert.rejects(readAll(mergeFiles(list(...keys.map(stored)), list())), PipelineError);
      const known = mergeFiles(list(), list(...keys.map((key) => ({ key }))));
      await assert.rejects(
        readAll(known),
        (error) => error instanceof UsageError && /answer/.test(error.message),
      );
    });
  }
});

describe("an answer that lists the bucket", () => {
  it("is refused where it has a file twice, as two answers in one file do", async () => {
    const row = {
      STREAM: "stream-0",
      STATUS: null,
      LOADED_AT: 9,
      MESSAGE: null,
      MODIFIED: 1,
      BYTES: 5,
      STORED_AT: 3,
    };
    const keys = (...names: string[]) =>
      names.map((name) => ({ ...row, FILE: name && `braintrust/stream-0/${name}` }));
    const compare = async (rows: readonly object[]) =>
      reconcile({
        outputs: sampleOutputs(),
        s3: { listObjectsV2: () => assert.fail("lists by S3") },
        answer: await readFilesAnswer(Readable.from([Buffer.from(JSON.stringify(rows))])),
        maxAge: 1,
        onFile: () => undefined,
      });
    await compare(keys("", "a", "b"));
    await assert.rejects(compare(keys("", "a", "a")), UsageError);
  });
});

describe("storedFiles", () => {
  it("follows every page, and takes a restored object for one that can be read", async () => {
    const tokens: (string | undefined)[] = [];
    const found = [];
    const s3 = {
      listObjectsV2: ({ ContinuationToken }: { ContinuationToken?: string | undefined }) => {
        tokens.push(ContinuationToken);
        const [Key, NextContinuationToken] =
          ContinuationToken === undefined ? ["a", "next"] : ["b", undefined];
        const restored = { RestoreStatus: { IsRestoreInProgress: false, RestoreExpiryDate: new Date() } };
        const rest = Key === "a" ? {} : restored;
        return Promise.resolve({
          Contents: [{ Key, StorageClass: "DEEP_ARCHIVE" as const, ...rest }],
          NextContinuationToken,
        });
      },
    };
    for await (const { key, archived } of storedFiles(s3, "bucket", "p/")) found.push([key, archived]);
    assert.deepEqual(tokens, [undefined, "next"]);
    assert.deepEqual(found, [
      ["a", true],
      ["b", false],
    ]);
  });
});

describe("storedFiles, of one page", () => {
  type Page = Awaited<ReturnType<Parameters<typeof storedFiles>[0]["listObjectsV2"]>>;

  async function filesOf(page: Page) {
    const found = [];
    for await (const file of storedFiles({ listObjectsV2: async () => page }, "bucket", "p/"))
      found.push(file);
    return found;
  }

  it("takes for archived what Snowflake cannot read, and no other storage class", async () => {
    const classes = {
      STANDARD: false,
      STANDARD_IA: false,
      ONEZONE_IA: false,
      INTELLIGENT_TIERING: false,
      GLACIER_IR: false,
      GLACIER: true,
      DEEP_ARCHIVE: true,
    } as const;
    const names = Object.keys(classes) as (keyof typeof classes)[];
    const restoring = {
      Key: "p/z",
      StorageClass: "GLACIER",
      RestoreStatus: { IsRestoreInProgress: true },
    } as const;
    const found = await filesOf({
      Contents: [...names.map((StorageClass) => ({ Key: `p/${StorageClass}`, StorageClass })), restoring],
    });
    assert.deepEqual(
      found.map(({ archived }) => archived),
      [...Object.values(classes), true],
    );
  });

  it("reads names with any character, as S3 encodes them in an URL", async () => {
    const keys = ["p/a b+c%41.jsonl", "p/\u0001\r\n\u{1F600}é&<.jsonl", `p/it's "so", 'x'.jsonl`];
    const encoded = keys.map((key) => encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/"));
    const [inUrl, plain] = await Promise.all([
      filesOf({ EncodingType: "url", Contents: encoded.map((Key) => ({ Key })) }),
      filesOf({ Contents: keys.map((Key) => ({ Key })) }),
    ]);
    for (const found of [inUrl, plain]) {
      assert.deepEqual(
        found.map(({ key }) => key),
        keys,
      );
    }
  });
});

describe("the report of reconcile", () => {
  it("counts by stream and names the worst files, each on one line", () => {
    const files = [
      {
        stream: "logs",
        key: "p/x\nloaded (fine): none",
        state: "failed" as const,
        message: "line 1\r\nline 2",
      },
      { stream: "logs", key: "p/lost", state: "skipped" as const },
    ];
    const text = renderReport("dev", [streamReport({ loaded: 7, failed: 1, skipped: 3 })], files);
    assert.match(text, /^stream {2}loaded {2}skipped {2}failed$/m);
    assert.match(text, /^logs {9}7 {8}3 {7}1$/m);
    assert.match(text, /^ {2}p\/x\\nloaded \(fine\): none: line 1\\r\\nline 2$/m);
    assert.match(text, /^ {2}p\/lost\n {2}and 2 more/m);
  });

  it("says which limit is passed", () => {
    const limits = { maxMissing: 0, maxAgeHours: 48 };
    const broken = (report: StreamReport, more: Partial<typeof limits> = {}) =>
      violations([report], { ...limits, ...more }).length;
    assert.equal(broken(streamReport({ loaded: 9, archived: 1, ignored: 1, loadedAndGone: 1 })), 0);
    assert.equal(broken(streamReport({ failed: 1, skipped: 1 })), 1);
    assert.equal(broken(streamReport({ failed: 1, skipped: 1 }), { maxMissing: 2 }), 0);
    assert.equal(broken(streamReport({ waiting: 1 }, { oldestWaitingHours: 47 })), 0);
    assert.equal(broken(streamReport({ waiting: 1 }, { oldestWaitingHours: 49 })), 1);
  });

  it("counts one file as one", () => {
    const limits = { maxMissing: 0, maxAgeHours: 48 };
    const missing = (skipped: number) => violations([streamReport({ skipped })], limits).join();
    assert.match(missing(1), /^1 file is missing /);
    assert.match(missing(2), /^2 files are missing /);
    const paused = (pending: number) =>
      renderReport("dev", [streamReport({}, { pipe: { state: "PAUSED", pending } })], []);
    assert.match(paused(1), /PAUSED, 1 file before it$/m);
    assert.match(paused(0), /PAUSED, 0 files before it$/m);
    const sql = loadMissingSql(sampleOutputs(), batchesOf([lost("braintrust/stream-0/a")]), 0);
    assert.match(sql, /Loads 1 file that /);
  });
});
