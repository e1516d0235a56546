import assert from "node:assert/strict";
import { snowflakeSql, snowflakeSqlFiles, sqlParts } from "../../../../automation/snowflake/sql/sql";
import { ofThisTurn } from "../../../turn";
import { canary, modes, sampleOutputs } from "./sample-outputs";

/** Of text without comments; no constant here has a semicolon at the end of a line. */
const statementsOf = (text: string) =>
  text
    .replace(/^--.*\n?/gm, "")
    .split(/;\n/)
    .map((statement) => statement.trim())
    .filter(Boolean);
const isOfSession = (statement: string) => /^(ALTER SESSION|USE (ROLE|WAREHOUSE)) /.test(statement);
/** What each part has once for each stream. */
const onceForEach = /^(CREATE STAGE|CREATE PIPE|CREATE OR ALTER TASK|LIST) /;
/** What teardown lists of each stream, to be dropped where it is the stack's. */
const stages = (text: string) => [...text.matchAll(/^ *\(\d+, 'STAGE', ('[^']*')/gm)].map(([, name]) => name);
const streamsOf = (text: string) =>
  new Set([...text.matchAll(/LOGS_(?:PIPE_)?(\d+)\b/g)].map(([, id]) => id));

describe("files of the SQL", () => {
  it("are one for each part of up to 100 streams, with the text of the part", () => {
    for (const streams of [1, 2, 99, 100]) {
      for (const part of sqlParts) {
        const outputs = sampleOutputs({ streams, mode: "sns", errors: true });
        const files = snowflakeSqlFiles(outputs, part);
        assert.deepEqual(files, [{ part, text: snowflakeSql(outputs, part) }]);
      }
    }
  });

  for (const mode of ofThisTurn(modes, modes.length)) {
    it(`have between them each statement once and in order, at most 100 streams a file, in mode ${mode}`, () => {
      const outputs = sampleOutputs({
        streams: 250,
        mode,
        errors: true,
        snowflake: { currentLagMinutes: 60 },
      });
      for (const part of sqlParts) {
        const texts = snowflakeSqlFiles(outputs, part).map(({ text }) => text);
        assert.equal(texts.length, part === "admin" ? 1 : 3, part);
        const statements = texts.flatMap(statementsOf).filter((statement) => !isOfSession(statement));
        const whole = statementsOf(snowflakeSql(outputs, part)).filter((one) => !isOfSession(one));
        assert.deepEqual(statements, whole);
        const ofEachStream =
          part === "teardown"
            ? texts.flatMap(stages)
            : whole.filter((statement) => onceForEach.test(statement));
        assert.equal(new Set(ofEachStream).size, part === "admin" ? 0 : 250, part);
        assert.equal(ofEachStream.length, part === "admin" ? 0 : 250, part);
        for (const text of texts) {
          assert.ok(streamsOf(text).size <= 100, part);
          const [first = "", second = ""] = statementsOf(text);
          assert.match(`${first} ${second}`, /^ALTER SESSION .* USE ROLE /);
        }
      }
    });
  }

  it("are of setup, load and check, in that order, where no part is named", () => {
    const outputs = sampleOutputs({ streams: 101 });
    const parts = snowflakeSqlFiles(outputs).map(({ part }) => part);
    assert.deepEqual(parts, ["setup", "setup", "load", "load", "check", "check"]);
  });

  it("begin with what needs rights of the account, and end with what connect reads", () => {
    const outputs = sampleOutputs({ streams: 201, errors: true });
    const has = (part: "setup" | "load", pattern: RegExp) =>
      snowflakeSqlFiles(outputs, part).map(({ text }) => pattern.test(text));
    assert.deepEqual(has("setup", /CREATE STORAGE INTEGRATION/), [true, false, false]);
    assert.deepEqual(has("setup", /^DESC INTEGRATION/m), [false, false, true]);
    assert.deepEqual(has("load", /^SHOW PIPES/m), [false, false, true]);
    const dropped = snowflakeSqlFiles(outputs, "teardown").map(({ text }) => /DROP INTEGRATION/.test(text));
    assert.deepEqual(dropped, [false, false, true]);
  });

  it("have the key where they create stages, and none where nobody asked for it", () => {
    const outputs = sampleOutputs({ streams: 150, access: "user" });
    const revealSecrets = { accessKeyId: "AKIASAMPLE", secretAccessKey: canary };
    const secret = (part: "setup" | "load", options = {}) =>
      snowflakeSqlFiles(outputs, part, options).map(({ text }) => text.includes(canary));
    assert.deepEqual(secret("setup", { revealSecrets }), [true, true]);
    assert.deepEqual(secret("setup"), [false, false]);
    assert.deepEqual(secret("load", { revealSecrets }), [false, false]);
  });
});
