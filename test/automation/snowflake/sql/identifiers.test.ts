import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../../../automation/errors";
import {
  canonicalName,
  literal,
  qualifiedName,
  quoteIdentifier,
  scriptConstant,
} from "../../../../automation/snowflake/sql/identifiers";
import { anyText } from "../../../any-text";
import { constantValue, pathsOf, readStatements } from "./snowflake-text";

const anyName = fc.oneof(
  anyText(),
  fc
    .array(fc.constantFrom(..."'\"\\;$-/*&<%>{}#! \n\r\t\u2028aA1_xn0"), { maxLength: 12 })
    .map((parts) => parts.join("")),
);

describe("Snowflake identifiers", () => {
  for (const [setting, name] of [
    ["logs", "LOGS"],
    ["_logs$1", "_LOGS$1"],
    ["LOGS", "LOGS"],
    ['"logs"', "logs"],
    ['"a ""b"""', 'a "b"'],
    ["my logs", "my logs"],
    ["1logs", "1logs"],
    ["db.schema", "db.schema"],
    ["a'; DROP TABLE x; --", "a'; DROP TABLE x; --"],
    ["журнал", "журнал"],
    ['a"b', 'a"b'],
    ["$logs", "$logs"],
  ] as const) {
    it(`reads ${setting} as ${name}`, () => assert.equal(canonicalName(setting), name));
  }

  for (const setting of ['"', '""', '"a"b"', '"db"."schema"', '"a', 'a"']) {
    it(`refuses ${setting}, which is not one quoted name`, () =>
      assert.throws(
        () => canonicalName(setting),
        (error) => error instanceof UsageError && error.message.includes("double quote"),
      ));
  }

  for (const [name, why] of [
    ["", "empty"],
    ["a".repeat(256), "256 characters"],
    ["a\nb", "control character"],
    ["a\u2028b", "control character"],
    ["a\\", "backslash"],
    ["r&d", "variable"],
    ["a&&b", "variable"],
    ["a&{b}", "variable"],
    ["<% ctx %>", "variable"],
    ["{{ a }}", "variable"],
    ["{% a %}", "variable"],
    ["{# a #}", "variable"],
  ] as const) {
    it(`refuses to quote a name with ${JSON.stringify(name).slice(0, 12)}: ${why}`, () =>
      assert.throws(
        () => quoteIdentifier(name),
        (error) => error instanceof UsageError && error.message.includes(why),
      ));
  }

  it("allows what is merely unusual", () => {
    assert.equal(quoteIdentifier("R & D {1} 50% <b> $$"), '"R & D {1} 50% <b> $$"');
    assert.equal(quoteIdentifier("é".repeat(255)), `"${"é".repeat(255)}"`);
  });

  it("quotes any name so that Snowflake reads that name, or refuses it", () => {
    fc.assert(
      fc.property(fc.array(anyName, { minLength: 1, maxLength: 3 }), (names) => {
        let text: string;
        try {
          text = qualifiedName(...names);
        } catch (error) {
          assert.ok(error instanceof UsageError);
          return;
        }
        assert.deepEqual(pathsOf(readStatements(`${text};`)[0] ?? []), [names]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("Snowflake string constants", () => {
  for (const [text, constant] of [
    ["plain", "'plain'"],
    ["it's", "'it''s'"],
    ["a\\b", "'a\\\\b'"],
    ["a\nb\rc", "'a\\nb\\u000dc'"],
    ["r&d", "'r\\x26d'"],
    ["<% a %>", "'\\x3c% a %>'"],
    ["{{a}} {b}", "'\\x7b{a}} {b}'"],
  ] as const) {
    it(`writes ${JSON.stringify(text)} as ${constant}`, () => assert.equal(literal(text), constant));
  }

  it("hold any text on one line, with nothing the Snowflake CLI would replace", () => {
    fc.assert(
      fc.property(anyName, (text) => {
        const constant = literal(text);
        assert.equal(constantValue(constant), text);
        assert.doesNotMatch(constant, /[\p{Cc}\u2028\u2029&]|<%|\{[{%#]/u);
      }),
      { numRuns: 2000 },
    );
  });

  it("hold any block, between dollar signs where it has none of its own", () => {
    assert.equal(scriptConstant("BEGIN\nEND;"), "$$\nBEGIN\nEND;\n$$");
    assert.equal(scriptConstant('SELECT "A$$B"'), "'SELECT \"A$$B\"'");
    fc.assert(
      fc.property(anyName, (text) =>
        assert.equal(constantValue(scriptConstant(`x${text}x`)).trim(), `x${text}x`),
      ),
      { numRuns: 1000 },
    );
  });
});
