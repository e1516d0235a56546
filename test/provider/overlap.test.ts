import assert from "node:assert/strict";
import { overlap, type Rule, ruleOf, ruleWords } from "../../provider/overlap";

const CREATED = "s3:ObjectCreated:*";
const rule = (prefix: string, suffix: string, ...events: string[]): Rule => ({
  id: undefined,
  destination: "",
  events: events.length > 0 ? events : [CREATED],
  prefix,
  suffix,
});

/**
 * "Examples of valid notification configurations with object key name filtering" and of invalid ones, on
 * docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html, and the same with other texts.
 */
const cases: readonly [title: string, one: Rule, other: Rule, overlaps: boolean][] = [
  ["prefixes that do not overlap", rule("images/", ""), rule("logs/", ""), false],
  ["one prefix with suffixes that do not overlap", rule("images/", ".jpg"), rule("images/", ".png"), false],
  ["prefixes that do not overlap with one suffix", rule("images", ".jpg"), rule("vacation", ".jpg"), false],
  ["one prefix for other events", rule("images", ""), rule("images", "", "s3:ObjectRemoved:Delete"), false],
  ["no filter and a prefix", rule("", ""), rule("images", ""), true],
  ["suffixes of which one ends with the other", rule("", "jpg"), rule("", "pg"), true],
  ["prefixes of which one begins with the other", rule("dir", ""), rule("dir1", ""), true],
  ["a prefix and a suffix alone", rule("images", ""), rule("", ".jpg"), true],
  ["both, where both overlap", rule("images/a", "t.jpg"), rule("images/", ".jpg"), true],
  ["both, where suffixes alone overlap", rule("a/", "t.jpg"), rule("b/", ".jpg"), false],
  ["an event within another's", rule("a/", "", "s3:ObjectCreated:Put"), rule("a/", ""), true],
  [
    "two events of one kind",
    rule("", "", "s3:ObjectCreated:Put"),
    rule("", "", "s3:ObjectCreated:Copy"),
    false,
  ],
  ["one of several events", rule("", "", "s3:ObjectTagging:*", "s3:ObjectCreated:Put"), rule("", ""), true],
  [
    "kinds whose names begin alike",
    rule("", "", "s3:ObjectRestore:*"),
    rule("", "", "s3:ObjectRemoved:*"),
    false,
  ],
  ["prefixes of which one is encoded", rule("env%3Dprod/", ""), rule("env=prod/", ""), true],
  ["a blank as it is encoded", rule("my+files/", ""), rule("my%20files/2026", ""), true],
  ["encoded texts that differ", rule("env%3Dprod/", ""), rule("env%3Ddev/", ""), false],
  ["a text that is no encoding", rule("100%/", ""), rule("100%/a", ""), true],
];

describe("filters of a bucket's notification", () => {
  for (const [title, one, other, overlaps] of cases) {
    it(`${overlaps ? "overlap" : "do not overlap"}: ${title}`, () => {
      assert.equal(overlap(one, other), overlaps);
      assert.equal(overlap(other, one), overlaps);
    });
  }

  it("are read however S3 writes their names", () => {
    const read = ruleOf({
      Id: "a",
      LambdaFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:f",
      Events: [CREATED],
      Filter: {
        Key: {
          FilterRules: [
            { Name: "Suffix", Value: ".jpg" },
            { Name: "Prefix", Value: "a%2Bb/" },
          ],
        },
      },
    });
    assert.deepEqual([read.prefix, read.suffix], ["a%2Bb/", ".jpg"]);
    assert.equal(
      ruleWords(read),
      "a (s3:ObjectCreated:* of a+b/*.jpg to arn:aws:lambda:us-east-1:123456789012:function:f)",
    );
  });
});
