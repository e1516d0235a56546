import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../../../automation/errors";
import { parseAnswers } from "../../../../automation/snowflake/answers/answers";
import {
  ascii,
  csv,
  csvCell,
  drawn,
  json,
  quotedCsv,
  type Rows,
  separated,
  tsv,
  unicode,
} from "./answer-forms";
import { errors, everything, pipe, pipes, policy, policyText, queue, storage, topic } from "./answer-samples";

const forms: Record<string, (answers: readonly Rows[]) => string> = {
  "one JSON document of all": (answers) => JSON.stringify(answers, undefined, 2),
  "JSON documents": (answers) => answers.map(json).join("\n"),
  "JSON lines": (answers) => answers.flatMap((rows) => rows.map((row) => JSON.stringify(row))).join("\n"),
  "JSON without its end": (answers) => JSON.stringify(answers, undefined, 2).replace(/[\]\s]+$/, "\n"),
  CSV: (answers) => answers.map(csv).join("\n"),
  "quoted CSV with CRLF": (answers) => answers.map(quotedCsv).join("\n").replaceAll("\n", "\r\n"),
  "tab separated": (answers) => answers.map(tsv).join("\n\n"),
  "keys in capitals": (answers) => answers.map((rows) => json(rows.map(capitals))).join("\n"),
  "wide ASCII tables": (answers) => answers.map((rows) => drawn(rows, 10_000)).join("\n\n"),
  "ASCII tables of 80 columns": (answers) => answers.map((rows) => drawn(rows, 80)).join("\n"),
  "ASCII tables of 133 columns": (answers) => answers.map((rows) => drawn(rows, 133)).join("\n"),
  "ASCII tables that a terminal has drawn while their rows came": (answers) =>
    answers.map(drawnTwice).join("\n"),
  "Unicode tables": (answers) => answers.map((rows) => drawn(rows, 120, unicode)).join("\n"),
  "one form each": ([a = [], b = [], c = [], d = []]) => [json(a), csv(b), drawn(c, 100), tsv(d)].join("\n"),
  "noise between": (answers) =>
    `\uFEFF$ snow sql -f setup.sql\n${answers
      .map(
        (rows) =>
          `DESC INTEGRATION "A, B" (x);\n[INFO] {\n${drawn(rows, 90)}\n\u001b[32m8 Row(s) produced, "ok.\u001b[0m`,
      )
      .join("\n\nNo data\n+ done\n")}\n| status |\n`,
};

describe("parseAnswers", () => {
  for (const [form, render] of Object.entries(forms)) {
    it(`reads and tells apart every answer as ${form}`, () => {
      assert.deepEqual(parseAnswers(render(everything)), {
        storageIntegration: {
          ENABLED: "true",
          STORAGE_PROVIDER: "S3",
          STORAGE_ALLOWED_LOCATIONS: "s3://acme/exports/logs/,s3://acme/exports/spans/",
          STORAGE_AWS_IAM_USER_ARN: "arn:aws:iam::123456789001:user/abc1-b-self1234",
          STORAGE_AWS_ROLE_ARN: "arn:aws:iam::001234567890:role/SnowflakeReaderRole-dev",
          STORAGE_AWS_EXTERNAL_ID: "MYACCOUNT_SFCRole=2_a123456/s0aBCDEfGHIJklmNoPq=",
        },
        errorIntegration: {
          ENABLED: "true",
          AWS_SNS_TOPIC_ARN: "arn:aws:sns:us-east-1:001234567890:snowpipe-errors",
          AWS_SNS_ROLE_ARN: "arn:aws:iam::001234567890:role/errors",
          SF_AWS_IAM_USER_ARN: "arn:aws:iam::123456789001:user/err1-b",
          SF_AWS_EXTERNAL_ID: "MYACCOUNT_SFCRole=3_err=",
        },
        pipes: ["LOGS_PIPE", "SPANS_PIPE"].map((name) => ({
          name,
          database: "BRAINTRUST",
          schema: "EXPORTS",
          notificationChannel: queue,
        })),
        snsSubscriberArn: "arn:aws:iam::123456789001:user/vj4g-a-abcd1234",
        snsTopicArns: [topic],
        unrecognised: [],
        contradictions: [],
      });
    });
  }

  it("reads names and values of any kind from JSON, CSV, tab separated values and a wide table", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((name) => !/\p{Cc}/u.test(name));
    const printable = fc.string({ minLength: 1 }).filter((name) => name.trim() === name);
    const lines = fc.array(text, { maxLength: 3 }).map((parts) => parts.join("\n"));
    const check = (
      names: fc.Arbitrary<string>,
      comments: fc.Arbitrary<string>,
      render: (rows: Rows) => string,
    ) =>
      fc.assert(
        fc.property(names, names, names, comments, (name, database, schema, definition) => {
          const row = { ...pipe(name, queue, database, schema), definition, comment: definition };
          assert.deepEqual(parseAnswers(render([row])).pipes, [
            { name, database, schema, notificationChannel: queue },
          ]);
        }),
      );
    for (const render of [json, csv, tsv]) check(text, lines, render);
    check(printable, printable, (rows) => drawn(rows, Number.POSITIVE_INFINITY));
  });

  it("reads folded tables of any width that leaves a few columns to each cell", () => {
    const name = fc.string({ minLength: 1, maxLength: 60 }).filter((text) => !text.includes(" "));
    const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        names,
        fc.integer({ min: 80, max: 400 }),
        fc.constantFrom(ascii, unicode),
        (pipeNames, width, box) => {
          const rows = pipeNames.map((each) => pipe(each, queue));
          assert.deepEqual(
            parseAnswers(drawn(rows, width, box)).pipes,
            rows.map((row) => ({
              name: row.name,
              database: "BRAINTRUST",
              schema: "EXPORTS",
              notificationChannel: queue,
            })),
          );
        },
      ),
    );
  });

  it("takes nothing from a table that was cut off, since its last value may be half a value", () => {
    const cut = drawn(storage, 80).split("\n").slice(0, -2).join("\n");
    assert.throws(() => parseAnswers(cut), UsageError);
    const columns =
      'a table with the columns "property", "property_type", "property_value", "property_default"';
    const { unrecognised, contradictions } = parseAnswers(`${cut}\n\n${drawn(pipes, 80)}`);
    assert.deepEqual(unrecognised, [columns]);
    assert.deepEqual(contradictions, [
      `${columns} has no rows, or was cut off: give it whole, or leave it out`,
    ]);
  });

  it("reads Markdown tables, ragged or not", () => {
    const ragged =
      "| Property | property_value |\n| --- | --- |\n| STORAGE_AWS_IAM_USER_ARN | arn |\n| ENABLED | TRUE |";
    assert.deepEqual(parseAnswers(ragged).storageIntegration, {
      STORAGE_AWS_IAM_USER_ARN: "arn",
      ENABLED: "true",
    });
    const aligned =
      "| property  | property_value |\n|-----------|----------------|\n| STORAGE_A | 12345678901234 |\n| STORAGE_B | 12345678901234 |";
    assert.deepEqual(parseAnswers(aligned).storageIntegration, {
      STORAGE_A: "12345678901234",
      STORAGE_B: "12345678901234",
    });
  });

  it("reads the policy alone, as a document, a statement, a cell under an alias or a value of json_ext", () => {
    const document = JSON.parse(policyText) as { Statement: object[] };
    for (const text of [
      policyText,
      JSON.stringify(document, undefined, 2),
      JSON.stringify(document.Statement[0], undefined, 2),
      json([{ SNS_POLICY: policyText }]),
      JSON.stringify([{ SNS_POLICY: document }]),
      csv([{ SNS_POLICY: policyText }]),
      tsv([{ SNS_POLICY: policyText }]),
      drawn([{ SNS_POLICY: policyText }], 60),
    ]) {
      const { snsSubscriberArn, snsTopicArns } = parseAnswers(text);
      assert.equal(snsSubscriberArn, "arn:aws:iam::123456789001:user/vj4g-a-abcd1234", text);
      assert.deepEqual(snsTopicArns, [topic]);
    }
  });

  it("sees where one answer ends and the next begins", () => {
    const off = errors.map((row) => (row.property === "ENABLED" ? { ...row, property_value: "FALSE" } : row));
    for (const text of [
      [storage, off].map((rows) => separated(rows, ",", csvCell)).join("\n"),
      [storage, off].map((rows) => separated(rows, "\t", csvCell)).join("\n"),
      [...storage, ...off].map((row) => JSON.stringify(row)).join("\n"),
      [storage, off].map((rows) => JSON.stringify(rows)).join(""),
      [storage, off].map((rows) => drawn(rows, 80)).join("\n"),
    ]) {
      const { storageIntegration, errorIntegration } = parseAnswers(text);
      assert.deepEqual([storageIntegration?.ENABLED, errorIntegration?.ENABLED], ["true", "false"], text);
    }
  });

  it("takes no column line for a row where two tables adjoin", () => {
    const text = pipes.map((row) => separated([row], ",", csvCell)).join("\n");
    assert.deepEqual(
      parseAnswers(text).pipes.map(({ name }) => name),
      ["LOGS_PIPE", "SPANS_PIPE"],
    );
  });

  it("sees past a byte order mark, a terminal's colours and characters two columns wide", () => {
    const expected = [
      { name: "ログ", database: "BRAINTRUST", schema: "EXPORTS", notificationChannel: queue },
    ];
    const rows = [pipe("ログ", queue)];
    const table = drawn(rows, 400).replace("ログ  ", "ログ").replaceAll(/^\|/gm, "\u001b[1m|\u001b[0m");
    for (const text of [
      `\uFEFF${json(rows)}`,
      `\uFEFF${csv(rows)}`,
      table,
      table.replace("LOADER", "LO|DER"),
    ]) {
      assert.deepEqual(parseAnswers(text).pipes, expected);
    }
    assert.equal(parseAnswers(`\uFEFF${quotedCsv(storage)}`).storageIntegration?.ENABLED, "true");
  });

  it("takes no subscriber from a policy that denies or is about something else", () => {
    for (const [from, to] of [
      ["Allow", "Deny"],
      ["sns:Subscribe", "sns:Publish"],
    ] as const) {
      assert.throws(() => parseAnswers(policyText.replace(from, to)), UsageError);
    }
  });

  it("takes NULL in any spelling for a pipe without a channel", () => {
    for (const nothing of ["", "None", "null", "NULL"]) {
      assert.deepEqual(parseAnswers(csv([pipe("P", nothing)])).pipes, [
        { name: "P", database: "BRAINTRUST", schema: "EXPORTS" },
      ]);
    }
  });

  it("finds contradictions, and none in the same answer twice", () => {
    const other = storage.map((row) => ({
      ...row,
      property_value: row.property_value?.replace("abc1", "zzz9") ?? "",
    }));
    const otherPolicy = [{ SNS_POLICY: policyText.replace("vj4g", "other") }];
    const found = (...answers: Rows[]) =>
      parseAnswers(answers.map(json).join("\n")).contradictions.join("\n");
    assert.equal(found(...everything, ...everything), "");
    assert.match(
      found(storage, other),
      /differ in STORAGE_AWS_IAM_USER_ARN: "arn\S+abc1\S+" and "arn\S+zzz9/,
    );
    assert.match(
      found(pipes, [pipe("LOGS_PIPE", "another")]),
      /"BRAINTRUST.EXPORTS.LOGS_PIPE" differ in notification_channel/,
    );
    assert.match(found(policy, otherPolicy), /more than one subscriber: "\S+vj4g\S+", "\S+other/);
    assert.match(found([pipe("", queue)]), /no name, database or schema/);
    assert.equal(found(pipes, [pipe("LOGS_PIPE", "another", "ELSEWHERE")]), "");
  });

  it("names what it does not know by its columns alone", () => {
    const secret = [{ AWS_KEY_ID: "AKIA", AWS_SECRET_KEY: "canary" }];
    const columns = ['a table with the columns "aws_key_id", "aws_secret_key"'];
    assert.deepEqual(parseAnswers(`${json(secret)}\n${json(pipes)}`).unrecognised, columns);
    assert.throws(
      () => parseAnswers(drawn(secret, 80)),
      (error: Error) =>
        error instanceof UsageError &&
        !error.message.includes("canary") &&
        error.message.includes(columns[0] ?? "?"),
    );
  });

  it("throws nothing but UsageError, whatever the text", () => {
    const pieces = fc.constantFrom(
      "[",
      "{",
      '"',
      "|",
      "+--+",
      "|--+--|",
      "\n",
      "\t",
      ",",
      "property\tproperty_value",
      "a",
      " ",
    );
    const rubble = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(""));
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.json(), rubble);
    fc.assert(
      fc.property(text, (garbage) => {
        assert.throws(() => parseAnswers(garbage), UsageError);
      }),
      { numRuns: 200 },
    );
    assert.throws(() => parseAnswers("[".repeat(100_000) + "]".repeat(100_000)), UsageError);
  });
});

/** The first row's table, erased from below, and then the whole. */
function drawnTwice(rows: Rows): string {
  const first = drawn(rows.slice(0, 1), 80);
  const erase = `\r\u001b[2K${"\u001b[1A\u001b[2K".repeat(first.split("\n").length - 1)}`;
  return `\u001b[?25l${first}${erase}${drawn(rows, 80)}\n\u001b[?25h`;
}

function capitals(row: Rows[number]): Rows[number] {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key.toUpperCase(), value]));
}
