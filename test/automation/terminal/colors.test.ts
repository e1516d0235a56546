import * as assert from "node:assert/strict";
import { hasColor, standardLook } from "../../../automation/terminal/colors";

describe("colours", () => {
  const terminal = { isTTY: true };
  const pipe = {};
  for (const [title, stream, environment, expected] of [
    ["are written to a terminal", terminal, { TERM: "xterm" }, true],
    ["are written to a terminal where NO_COLOR is empty", terminal, { NO_COLOR: "" }, true],
    ["are not written to a terminal with NO_COLOR", terminal, { NO_COLOR: "1" }, false],
    ["are not written to a dumb terminal", terminal, { TERM: "dumb" }, false],
    ["are not written to a pipe", pipe, { TERM: "xterm" }, false],
    ["are not written to a pipe of a CI job", pipe, { CI: "true", TERM: "xterm" }, false],
    ["are written to a pipe with FORCE_COLOR", pipe, { FORCE_COLOR: "1" }, true],
    ["are not written with FORCE_COLOR=0", terminal, { FORCE_COLOR: "0" }, false],
  ] as const) {
    it(title, () => assert.equal(hasColor(stream, environment), expected));
  }
});

describe("standardLook", () => {
  for (const [title, columns, expected] of [
    ["has the terminal's width", 80, 80],
    ["has lines of at most 120 columns", 500, 120],
    ["has the width of a narrow window", 40, 40],
    ["has lines of 20 columns on a terminal of fewer", 3, 20],
    ["has lines of 80 columns on a terminal that says it has none", 0, 80],
    ["has lines of 100 columns in a pipe", undefined, 100],
  ] as const) {
    it(title, () =>
      assert.equal(standardLook(columns === undefined ? {} : { isTTY: true, columns }, {}).width, expected),
    );
  }
});
