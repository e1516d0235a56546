import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { UsageError } from "../../../automation/errors";
import { readFilesAnswer } from "../../../automation/reconcile/known-files";

const pipe =
  '{"executionState":"PAUSED","pendingFileCount":3,"notificationChannelName":"arn:aws:sqs:us-east-1:1:sf"}';
const streamRow = { STREAM: "logs", FILE: "", STATUS: null, LOADED_AT: 1000, MESSAGE: pipe, MODIFIED: 10 };
const fileRow = {
  STREAM: "logs",
  FILE: "p/a,b \u{1F600}",
  STATUS: "Load failed",
  LOADED_AT: 900,
  MESSAGE: 'no "x"',
  MODIFIED: null,
};
const inTable = { STREAM: "logs", FILE: "p/c", STATUS: null, LOADED_AT: null, MESSAGE: null, MODIFIED: 800 };

const expected = {
  streams: [
    {
      stream: "logs",
      now: 1000,
      historyFrom: 10,
      pipe: { state: "PAUSED", pending: 3 },
      listedUntil: undefined,
    },
  ],
  files: [
    {
      key: "p/a,b \u{1F600}",
      load: { status: "failed", at: 900, message: 'no "x"' },
      modified: undefined,
      listed: undefined,
    },
    { key: "p/c", modified: 800, listed: undefined },
  ],
};

async function read(bytes: string | Buffer, size = 7) {
  const buffer = Buffer.from(bytes);
  const pieces = Array.from({ length: Math.ceil(buffer.length / size) }, (_, index) =>
    buffer.subarray(index * size, (index + 1) * size),
  );
  const { streams, files } = await readFilesAnswer(Readable.from(pieces));
  const all = [];
  for await (const file of files) all.push(file);
  return { streams, files: all };
}

describe("readFilesAnswer", () => {
  const rows = [streamRow, fileRow, inTable];

  it("reads the tables of the Snowflake CLI, whatever the statements before answer", async () => {
    const tables = [[{ status: "Statement executed successfully." }], [{ status: "ok" }], rows];
    assert.deepEqual(await read(JSON.stringify(tables, null, 2)), expected);
  });

  it("reads one table, and numbers that are written as text", async () => {
    const texts = rows.map((row) => ({
      ...row,
      LOADED_AT: row.LOADED_AT === null ? null : `${row.LOADED_AT}`,
    }));
    assert.deepEqual(await read(JSON.stringify(texts)), expected);
  });

  it("reads CSV as Snowsight saves it", async () => {
    const quoted = (value: unknown) => (value === null ? "" : `"${String(value).replaceAll('"', '""')}"`);
    const csv = [
      Object.keys(streamRow).join(","),
      ...rows.map((row) => Object.values(row).map(quoted).join(",")),
    ];
    assert.deepEqual(await read(`\uFEFF${csv.join("\r\n")}\r\n`), expected);
  });

  it("reads what PowerShell's > wrote, with either byte first", async () => {
    const little = Buffer.from(`\uFEFF${JSON.stringify([rows])}\r\n`, "utf16le");
    assert.deepEqual(await read(little), expected);
    assert.deepEqual(await read(Buffer.from(little).swap16()), expected);
  });

  it("reads rows one behind the other, and columns in small letters and another order", async () => {
    const small = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .reverse()
          .map(([name, cell]) => [name.toLowerCase(), cell]),
      ),
    );
    assert.deepEqual(await read(small.map((row) => JSON.stringify(row)).join("\r\n")), expected);
  });

  it("reads values separated by tabs or semicolons, and the CSV of a client that writes what all statements answer", async () => {
    const cells = (row: object) => Object.values(row).map((cell) => cell ?? "");
    const tabs = [Object.keys(streamRow), ...rows.map(cells)].map((line) =>
      line
        .map((cell) => (/"/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : cell))
        .join("\t"),
    );
    assert.deepEqual(await read(`${tabs.join("\n")}\n`), expected);
    assert.deepEqual(await read(`${tabs.join("\r\n").replaceAll("\t", ";")}\r\n`), expected);
    const commas = [Object.keys(streamRow), ...rows.map(cells)].map((line) =>
      line.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(","),
    );
    const before = "status\r\nStatement executed successfully.\r\n\r\nname,comment\r\nx,y\r\n";
    assert.deepEqual(await read(`${before}${commas.join("\r\n")}\r\n`), expected);
    const [columns = "", ...lines] = commas;
    const ofTwoQueries = lines.flatMap((line) => [columns, line]).join("\n");
    assert.deepEqual(await read(`${ofTwoQueries}\n`), expected);
  });

  it("reads the list of the bucket, where the answer has one, and of when it is", async () => {
    const none = { BYTES: null, STORED_AT: null, STORAGE_CLASS: null };
    const listing = [
      { ...streamRow, ...none, STORED_AT: "990" },
      { ...fileRow, BYTES: "12", STORED_AT: 700, STORAGE_CLASS: "GLACIER" },
      { ...fileRow, FILE: "p/b", BYTES: 0, STORED_AT: 700, STORAGE_CLASS: null },
      { ...inTable, ...none },
    ];
    const { streams, files } = await read(JSON.stringify([listing]));
    assert.equal(streams[0]?.listedUntil, 990);
    assert.deepEqual(
      files.map(({ listed }) => listed),
      [
        { bytes: 12, modified: 700, storageClass: "GLACIER" },
        { bytes: 0, modified: 700, storageClass: undefined },
        undefined,
      ],
    );
    await assert.rejects(
      read(JSON.stringify([{ ...streamRow, ...none }])),
      /"logs" is empty.*--list-from s3/,
    );
  });

  const refused: Readonly<Record<string, string | Buffer>> = {
    "no answer": "",
    "an answer of another query": JSON.stringify([[{ name: "PIPE" }]]),
    "a drawn table": "+----+\n| FILE |\n+----+\n",
    "one that ends in the middle": JSON.stringify([rows]).slice(0, -20),
    "one of the wrong types": JSON.stringify([[{ ...streamRow, LOADED_AT: "yesterday" }]]),
    "one without its first rows": JSON.stringify([[fileRow]]),
    "a pipe's status that cannot be read": JSON.stringify([[{ ...streamRow, MESSAGE: "{" }]]),
    "bytes that are no text": Buffer.from([0x5b, 0x5b, 0xff, 0x5d, 0x5d]),
    "another order": JSON.stringify([[streamRow, fileRow, streamRow]]),
    "JSON lines that end in the middle": JSON.stringify(streamRow).slice(0, -9),
    "JSON lines that end in the middle of a later one": rows
      .map((row) => JSON.stringify(row))
      .join("\n")
      .slice(0, -20),
    "CSV that ends in the middle": `${Object.keys(streamRow).join(",")}\nlogs,,,1000,,10\nlogs,p/c,\n`,
    "a status that Snowflake's pages do not have": JSON.stringify([
      streamRow,
      { ...fileRow, STATUS: "Evaporated" },
    ]),
  };
  for (const [what, bytes] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(read(bytes), UsageError);
    });
  }

  it("reads what is copied from Snowsight's grid, tabs without quotation marks and nulls as words", async () => {
    const columns = Object.keys(streamRow);
    const rows = [streamRow, { ...fileRow, MESSAGE: null }, inTable].map((row) => ({
      ...row,
      STREAM: "none",
    }));
    const lines = rows.map((row) => Object.values(row).map((cell) => (cell === null ? "null" : `${cell}`)));
    const text = [columns, ...lines].map((cells) => cells.join("\t")).join("\r\n");
    const json = JSON.stringify(rows);
    assert.deepEqual(await read(text), await read(json));
    assert.equal((await read(text)).streams[0]?.stream, "none");
  });

  it("says which cell another program has changed, and what to pass", async () => {
    // As a spreadsheet saves a long number.
    const [columns, ...cells] = [Object.keys(streamRow), ["logs", "", "", "1.79591E+12", "", "10"]];
    await assert.rejects(
      read(`${columns?.join(",")}\n${cells.join()}\n`),
      /LOADED_AT of a row is "1\.79591E\+12", and must be a whole number: pass the answer as Snowflake gave it/,
    );
  });

  it("names the SQL API's form, whose rows have no names of columns", async () => {
    const answer = { resultSetMetaData: { numRows: 1, rowType: [{ name: "STREAM" }] }, data: [["logs"]] };
    await assert.rejects(read(JSON.stringify(answer, null, 2)), /SQL API/);
  });
});
