import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { sentence, table } from "../../../automation/terminal/layout";
import { visible } from "../../../automation/terminal/visible";

const plain = { color: false, width: 30 };

describe("table", () => {
  it("aligns columns by what a terminal shows of a text, wide characters and right-aligned numbers too", () => {
    const rows = [
      [{ text: "日本" }, { text: "7", hAlign: "right" }, { text: "one" }],
      [{ text: "ascii-name" }, { text: "12.50", hAlign: "right" }, { text: "two" }],
    ] as const;
    assert.deepEqual(table(rows, plain), ["日本            7  one", "ascii-name  12.50  two"]);
  });

  it("wraps the last column below itself", () => {
    assert.deepEqual(table([[{ text: "name" }, { text: "some words that are too many" }]], plain), [
      "name  some words that are too",
      "      many",
    ]);
  });

  it("takes no longer for each line of a long text than for one", () => {
    const text = Array.from(
      { length: 400 },
      (_, index) => `team-${index} arn:aws:sqs:us-east-1:1:queue`,
    ).join(", ");
    const begun = process.cpuUsage();
    const lines = table([[{ text: "notificationChannels" }, { text }]], { color: false, width: 80 });
    const { user, system } = process.cpuUsage(begun);
    assert.ok(lines.length > 200);
    assert.ok(user + system < 2_000_000, `${(user + system) / 1e6} s`);
  });

  it("moves a word that does not fit beside the others below them, whole", () => {
    const arn = "arn:aws:iam::123456789012:role/reader";
    const rows = [
      [{ text: "  role" }, { text: arn }],
      [{ text: "  key" }, { text: "none" }],
    ];
    assert.deepEqual(table(rows, plain), ["  role", `    ${arn}`, "  key   none"]);
  });

  it("moves a text below the others where it takes half the lines there, and not for less", () => {
    const below = table(
      [[{ text: "a-name-of-20-columns" }, { text: "ten words in so few, here a few more" }]],
      plain,
    );
    assert.deepEqual(below, ["a-name-of-20-columns", "  ten words in so few, here a", "  few more"]);
    const beside = table([[{ text: "twelve-wide" }, { text: "words that take three lines here" }]], plain);
    assert.deepEqual(beside, ["twelve-wide  words that take", "             three lines here"]);
  });

  it("puts columns that do not fit the width below each other, and breaks no word", () => {
    const rows = [
      [{ text: "Reader of another account" }],
      [
        { text: "  s3.BucketServerSideEncryption" },
        { text: "data-lake" },
        { text: "by the company's own key" },
      ],
      [{ text: "  s3.Bucket" }, { text: "raw" }, { text: "" }],
      [{ text: "" }, { text: "" }, { text: "more of it" }],
    ];
    assert.deepEqual(table(rows, { color: false, width: 24 }), [
      "Reader of another",
      "  account",
      "  s3.BucketServerSideEncryption",
      "    data-lake",
      "    by the company's own",
      "    key",
      "  s3.Bucket  raw",
      "  more of it",
    ]);
  });

  it("gives titles no column, keeps units with their numbers, and ends no line with a space", () => {
    const rows = [
      [{ text: "  A title longer than columns" }],
      [{ text: "    a" }, { text: "old versions are kept 90 d" }],
      [{ text: "    b" }, { text: "" }],
    ];
    assert.deepEqual(table(rows, plain), [
      "  A title longer than columns",
      "    a  old versions are kept",
      "       90 d",
      "    b",
    ]);
  });

  it("changes no text by colour, and writes nothing that a terminal obeys but its own colours", () => {
    const rows = [
      [
        { text: "FAIL", style: "red" },
        { text: "a sentence over more than one line", style: "dim" },
      ],
    ] as const;
    const coloured = table(rows, { ...plain, color: true }).join("\n");
    assert.equal(stripVTControlCharacters(coloured), table(rows, plain).join("\n"));
    assert.equal(visible(coloured), coloured);
  });
});

describe("sentence", () => {
  it("indents further lines by what they hang", () => {
    assert.deepEqual(
      sentence(2, 3, { text: "-> a fix that takes more than the two lines of others" }, plain),
      ["  -> a fix that takes more", "     than the two lines of", "     others"],
    );
  });
});
