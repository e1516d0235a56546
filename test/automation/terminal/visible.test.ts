import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { paint, STYLES } from "../../../automation/terminal/layout";
import { note, print, printExactly, printJson, withProgress } from "../../../automation/terminal/terminal";
import { visible, visibleJson } from "../../../automation/terminal/visible";
import { anyText } from "../../any-text";
import { captured } from "../commands/captured";

/** Characters that a terminal obeys: Cc by Unicode, and the explicit directional marks, by their own properties. */
const obeyed = /(?![\n\t])\p{Cc}|\p{Bidi_Control}/u;
const dangerous = [
  "\u001b[2J",
  "\u001b[8m",
  "\u001b]0;title\u0007",
  "\u001b\u001b[0m[2J",
  "\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\",
  "\u009b2J",
  "\u0085",
  "\u202Etxt.exe",
  "\u2066a\u2069",
  "\rpassed",
  "\b\b\b",
  "\u0000",
  "\u007f",
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminals are controlled by.
const ownColours = /\u001b\[(1|2|22|31|33|39)m/g;

describe("visible", () => {
  it("leaves nothing that a terminal obeys, and says what it was", () => {
    for (const text of dangerous) {
      const shown = visible(`before ${text} behind`);
      assert.doesNotMatch(shown, obeyed, JSON.stringify(text));
      assert.match(shown, /^before .*\\u[0-9a-f]{4}.* behind$/);
    }
    assert.equal(visible("\u001b\u001b[0m[2J"), "\\u001b\\u001b[0m[2J");
  });

  it("leaves nothing of it in any text, whatever is around it", () => {
    const piece = fc.oneof(fc.constantFrom(...dangerous, "\u001b", "[", "0", "m", "31", ";"), anyText());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        // Colours of our own are harmless, and are the only escapes left.
        const shown = visible(pieces.join("")).replace(ownColours, "");
        assert.doesNotMatch(shown, obeyed);
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves our own colours, lines, tabs and every script as they are", () => {
    const painted = STYLES.map((style) =>
      paint({ text: "größer ログ 👩‍💻 عربى", style }, { color: true, width: 80 }),
    );
    const text = `${painted.join("\n")}\tx\n`;
    assert.equal(visible(text), text);
    assert.notEqual(stripVTControlCharacters(text), text);
    assert.equal(visible("a\r\nb"), "a\nb");
  });

  it("takes time in proportion to the text", () => {
    const start = process.cpuUsage();
    for (const piece of ["\u001b", "\u001b[", "\u001b[1", "\u001b[1m"]) visible(piece.repeat(100_000));
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < 3_000_000, `${(user + system) / 1e6} s`);
  });
});

describe("what a command writes", () => {
  const hostile = `s3://exports/${dangerous.join("")}.jsonl`;

  it("has nothing in it that a terminal obeys", async () => {
    for (const write of [
      () => print(hostile),
      () => note(hostile),
      () => printJson({ key: hostile }),
      () => withProgress(async ({ onProgress }) => onProgress({ kind: "note", message: hostile })),
      () =>
        withProgress(async ({ onProgress }) =>
          onProgress({ kind: "diagnostic", severity: "warning", message: hostile, resource: hostile }),
        ),
    ]) {
      const { out, err } = await captured(async () => write());
      assert.doesNotMatch(out + err, obeyed);
      assert.match(out + err, /s3:\/\/exports\/\\u001b\[2J/);
    }
  });

  it("is a file's content as it is where a program reads it", async () => {
    const { out } = await captured(async () => printExactly(hostile));
    assert.equal(out, hostile);
  });
});

describe("visibleJson", () => {
  it("says the same as the JSON, without what a terminal obeys", () => {
    for (const text of [...dangerous, "\u001b[31mred\u001b[39m"]) {
      const value = { key: text, [text]: [text] };
      const json = visibleJson(JSON.stringify(value));
      assert.deepEqual(JSON.parse(json), value);
      assert.doesNotMatch(json, obeyed);
    }
  });
});
