import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../../../automation/errors";
import { parseAnswers } from "../../../../automation/snowflake/answers/answers";
import { anyText } from "../../../any-text";
import {
  csv,
  csvCell,
  drawn,
  json,
  quoted,
  quotedCsv,
  type Rows,
  separated,
  sqlApi,
  tsv,
} from "./answer-forms";
import { errors, everything, pipe, pipes, policy, policyText, queue, storage, topic } from "./answer-samples";

const forms: Record<string, (answers: readonly Rows[]) => string> = {
  "one JSON document of all": (answers) => JSON.stringify(answers, undefined, 2),
  "JSON documents": (answers) => answers.map(json).join("\n"),
  "JSON lines": (answers) => answers.flatMap((rows) => rows.map((row) => JSON.stringify(row))).join("\n"),
  "JSON without its end": (answers) => JSON.stringify(answers, undefined, 2).replace(/[\]\s]+$/, "\n"),
  CSV: (answers) => answers.map(csv).join("\n"),
  "quoted CSV with CRLF": (answers) => answers.map(quotedCsv).join("\n").replaceAll("\n", "\r\n"),
  "CSV with semicolons, as Excel saves it where numbers have commas": (answers) =>
    answers
      .map((rows) => separated(rows, ";", (cell) => (/[";\n]/.test(cell) ? quoted(cell) : cell)))
      .join("\n"),
  "tab separated": (answers) => answers.map(tsv).join("\n\n"),
  "keys in capitals": (answers) => answers.map((rows) => json(rows.map(capitals))).join("\n"),
  "the SQL API's JSON": (answers) => answers.map((rows) => sqlApi(rows)).join("\n"),
  "one form each": ([a = [], b = [], c = [], d = []]) => [json(a), csv(b), sqlApi(c), tsv(d)].join("\n"),
  "noise between": (answers) =>
    `\uFEFF$ snow sql -f setup.sql\n${answers
      .map(
        (rows) =>
          `DESC INTEGRATION "A, B" (x);\n[INFO] {\n${json(rows)}\n\u001b[32m8 Row(s) produced, "ok.\u001b[0m`,
      )
      .join("\n\nNo data\n+ done\n")}\n| status |\n`,
};

describe("parseAnswers", () => {
  for (const [form, render] of Object.entries(forms)) {
    it(`reads and identifies every answer as ${form}`, () => {
      assert.deepEqual(parseAnswers(render(everything)), {
        storageIntegration: {
          COMMENT: "two words | and more that is long enough to go over several lines",
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

  it("reads names and values of any kind from JSON, CSV, tab separated values and the SQL API", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((name) => !/\p{Cc}/u.test(name));
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
    for (const render of [json, csv, tsv, sqlApi]) check(text, lines, render);
  });

  it("refuses drawn tables by the line, and names the formats to use, beside whatever else it has read", () => {
    const unicode = { side: "│", line: "─", junction: "┼" };
    const vertical = "*************[ 1 ]*************\nproperty | ENABLED\nproperty_value | true";
    for (const table of [
      drawn(storage),
      drawn(storage, unicode),
      `+--------+\n${drawn(pipes)}`,
      "| Property | property_value |\n| --- | --- |\n| STORAGE_AWS_IAM_USER_ARN | arn |",
      "-[ RECORD 1 ]-------------------------\nname | LOGS_PIPE",
      vertical,
    ]) {
      const names = /line \d+ belongs to a table that is drawn with lines.*snow sql --format json.*CSV/s;
      assert.throws(
        () => parseAnswers(table),
        (error: Error) => error instanceof UsageError && names.test(error.message),
        table,
      );
      const { contradictions, pipes: read } = parseAnswers(`${json(pipes)}\n\n${table}`);
      assert.equal(read.length, 2);
      assert.equal(contradictions.length, 1, table);
      assert.match(contradictions[0] ?? "", names);
    }
  });

  it("takes a part of the SQL API's rows for a table that was cut off", () => {
    const { contradictions, pipes: read } = parseAnswers(`${sqlApi(pipes, 3)}\n${json(storage)}`);
    assert.deepEqual(read, []);
    assert.match(contradictions.join(), /"database_name".* has no rows, or was cut off/);
  });

  it("reads what is wrong with a pipe", () => {
    const broken = [{ ...pipe("LOGS_PIPE", queue), invalid_reason: "Stage dropped" }];
    for (const form of [json, csv, tsv, sqlApi]) {
      assert.deepEqual(parseAnswers(form(broken)).pipes[0]?.invalidReason, "Stage dropped");
    }
    assert.equal(parseAnswers(json(pipes)).pipes[0]?.invalidReason, undefined);
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
      sqlApi([{ SNS_POLICY: policyText }]),
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
      [storage, off].map((rows) => sqlApi(rows)).join("\n"),
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

  it("sees past a byte order mark and a terminal's colours", () => {
    const rows = [pipe("ログ", queue)];
    for (const text of [json(rows), csv(rows), tsv(rows)]) {
      const colored = `\uFEFF\u001b[1m${text.replace("ログ", "\u001b[31mログ\u001b[0m")}`;
      assert.deepEqual(parseAnswers(colored).pipes, parseAnswers(json(rows)).pipes);
      assert.equal(parseAnswers(text).pipes[0]?.name, "ログ");
    }
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
      () => parseAnswers(json(secret)),
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
    const text = fc.oneof(anyText(), fc.json(), rubble);
    fc.assert(
      fc.property(text, (garbage) => {
        assert.throws(() => parseAnswers(garbage), UsageError);
      }),
      { numRuns: 200 },
    );
    assert.throws(() => parseAnswers("[".repeat(100_000) + "]".repeat(100_000)), UsageError);
  });

  describe("with a long input", () => {
    const size = 100_000;
    const many = (piece: string) => piece.repeat(Math.ceil(size / piece.length));
    const cut = csv(Array.from({ length: 1_600 }, (_, at) => pipe(`P${at}`, queue)));
    for (const [what, text] of Object.entries({
      "brackets that nothing closes": many("[\n"),
      "braces and quotation marks": many('{"\n'),
      "nested brackets around what is no JSON": `${many("[\n")}x${many("\n]")}`,
      "rows of JSON on lines of their own": many('{"property":"A","property_value":"B"}\n'),
      "one wide row and many empty ones": `[{${Array.from({ length: 40_000 }, (_, at) => `"${at}":0`).join()}}${many(",{}")}]`,
      "column lines alone": many("property,property_value\n"),
      "column lines and open quotation marks": many('property,property_value\n"\n'),
      "SHOW PIPES without its end": cut.slice(0, -400),
      "SHOW PIPES as JSON without its end": json(Array.from({ length: 800 }, () => pipe("P", queue))).slice(
        0,
        -9,
      ),
      blanks: many(" "),
      "rules of drawn tables": many("|-- -- x\n"),
      "subscribers of a policy": JSON.stringify({
        Effect: "Allow",
        Principal: { AWS: Array.from({ length: 80_000 }, (_, at) => `arn${at}`) },
        Action: "sns:Subscribe",
      }),
    })) {
      it(`takes time in proportion to it: ${what}`, () => {
        // Twice the text takes twice the time, four times if each line looked at all others: tenths of a second here, then many.
        const start = process.cpuUsage();
        try {
          parseAnswers(text);
        } catch (error) {
          assert.ok(error instanceof UsageError, String(error));
          assert.ok(error.message.length < 2000);
        }
        // Of the processor, whatever else this machine does meanwhile.
        const { user } = process.cpuUsage(start);
        assert.ok(user < 1_000_000, `${user} µs`);
      });
    }

    it("refuses one that is longer than any answer", () => {
      assert.throws(() => parseAnswers(" ".repeat(16 * 2 ** 20 + 1)), /longer than 16 MiB/);
    });
  });
});

function capitals(row: Rows[number]): Rows[number] {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key.toUpperCase(), value]));
}
