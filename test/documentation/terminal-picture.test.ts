import assert from "node:assert/strict";
import { terminalPicture } from "./terminal-picture";

const ESC = "\u001b[";
const textsOf = (picture: string) => [...picture.matchAll(/<text (.*?)>(.*?)<\/text>/g)];

describe("the picture of a terminal", () => {
  it("has the text of each line at its column, escaped", () => {
    const [first, second, third] = textsOf(terminalPicture("t", "a <b> & c\n    indented   column\n"));
    assert.equal(first?.[2], "a &lt;b&gt; &amp; c");
    assert.match(first?.[1] ?? "", /^x="16\.0" y="30"/);
    assert.equal(second?.[2], "indented");
    assert.match(second?.[1] ?? "", /^x="49\.6" y="50"/);
    assert.equal(third?.[2], "column");
    assert.match(third?.[1] ?? "", /^x="142\.0" y="50"/);
  });

  it("has colours, bold and dim as the output has them, until they are reset", () => {
    const runs = textsOf(
      terminalPicture("t", `${ESC}1;31mred${ESC}39m bold${ESC}0m plain ${ESC}2mdim${ESC}22m`),
    );
    const styles = runs.map(([, attributes = "", text]) => [
      text,
      ...attributes.split(/(?<=") /).filter((attribute) => !/^(x|y|textLength)=/.test(attribute)),
    ]);
    assert.deepEqual(styles, [
      ["red", 'fill="#ff8383"', 'font-weight="bold"'],
      ["bold", 'font-weight="bold"'],
      ["plain"],
      ["dim", 'opacity="0.7"'],
    ]);
  });

  it("leaves out what moves the cursor", () => {
    assert.deepEqual(
      textsOf(terminalPicture("t", `${ESC}2K${ESC}1Gdone`)).map(([, , text]) => text),
      ["done"],
    );
  });
});
