import assert from "node:assert/strict";
import { Document, parse } from "yaml";
import { engineScalar, quoteTexts } from "../../../automation/project/yaml-scalars";

/** Texts as gopkg.in/yaml.v3 3.0.1 resolves them; seen by a Go program that prints each one's type and value. */
const texts: readonly (readonly [source: string, read: ReturnType<typeof engineScalar>])[] = [
  ["111122223333", 111122223333],
  ["00012345", 5349],
  ["2020_1", 20201],
  ["1__0", 10],
  ["0x1F", 31],
  ["-0x1f", -31],
  ["0b101", 5],
  ["0o17", 15],
  ["0O17", 15],
  ["017", 15],
  ["08", 8],
  ["012345678901", 12345678901],
  ["+5", 5],
  ["49.90", 49.9],
  [".5", 0.5],
  ["1e3", 1000],
  ["1_0.5", 10.5],
  ["2024-01-01", "date"],
  ["2024-1-2", "date"],
  ["2024-02-30", undefined],
  ["2024-01-01T10:00:00Z", "date"],
  ["2024-01-01 10:00:00", "date"],
  ["1:30", undefined],
  ["yes", undefined],
  ["_1", undefined],
  ["1a", undefined],
  ["0x", undefined],
  ["3f1d5a7c-0b7e", undefined],
  ["192.168.0.1", undefined],
  ["", undefined],
];

describe("engineScalar", () => {
  for (const [source, read] of texts) {
    it(`takes ${source || "an empty text"} for ${read ?? "a text"}`, () => {
      assert.deepEqual(engineScalar(source), read);
    });
  }
});

describe("quoteTexts", () => {
  for (const text of [...texts.map(([source]) => source), "true", "null", "no", "0B1", "0o1_1", "~"]) {
    if (engineScalar(text) === undefined && !/^(yes|no|true|null|~|1:30)$/.test(text)) continue;
    it(`quotes ${text}, in a map and in a list`, () => {
      const document = new Document({ one: text, list: [text] });
      quoteTexts(document.contents);
      const written = document.toString();
      assert.equal(written, `one: "${text}"\nlist:\n  - "${text}"\n`);
      assert.deepEqual(parse(written), { one: text, list: [text] });
    });
  }

  it("leaves a text alone that is one to every reader", () => {
    const document = new Document({ one: "braintrust-dev-4f9c2b7d" });
    quoteTexts(document.contents);
    assert.equal(document.toString(), "one: braintrust-dev-4f9c2b7d\n");
  });
});
