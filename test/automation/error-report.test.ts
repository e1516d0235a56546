import assert from "node:assert/strict";
import { isDebugging, startDebugging } from "../../automation/debug";
import { errorReport } from "../../automation/error-report";
import {
  InternalError,
  isMistake,
  PipelineError,
  StackBusyError,
  throwMistake,
  UnreadableStateError,
  UsageError,
} from "../../automation/errors";

const TRACE = /^ {4}at .*error-report\.test\.ts:\d+:\d+\)?$/m;
const REQUEST = /This is a mistake in this program, and not in your settings\. Please report it/;

/** An error of JavaScript's own, as a mistake in the program throws it. */
function mistake(): unknown {
  try {
    return JSON.parse("{}").nowhere.further;
  } catch (error) {
    return error;
  }
}

describe("errorReport", () => {
  for (const error of [
    new UsageError("use it so"),
    new PipelineError("it failed"),
    new StackBusyError("it is busy"),
    new UnreadableStateError("it is torn", "torn"),
  ]) {
    it(`is the message alone of a ${error.name}, and its trace with --debug`, () => {
      assert.equal(errorReport(error, false), error.message);
      const debugged = errorReport(error, true);
      assert.ok(debugged.startsWith(`${error.name}: ${error.message}\n`), debugged);
      assert.match(debugged, TRACE);
      assert.doesNotMatch(debugged, REQUEST);
    });
  }

  for (const [title, thrown] of [
    ["a TypeError", mistake()],
    ["any other error", new Error("not foreseen")],
    ["a mistake in the program that the engine ran", new InternalError("the program failed")],
    ["a mistake behind an error for people", new PipelineError("it failed", { cause: mistake() })],
    [
      "a mistake among several causes",
      new PipelineError("it failed", { cause: new AggregateError([new Error("ENOENT"), mistake()]) }),
    ],
  ] as const) {
    it(`is the trace of ${title}, and asks for a report`, () => {
      const report = errorReport(thrown, false);
      assert.match(report, TRACE);
      assert.match(report, REQUEST);
    });
  }

  it("says first what failed, where a mistake is behind it", () => {
    const report = errorReport(new PipelineError("it failed:\n  so", { cause: mistake() }), false);
    assert.match(report, /^it failed:\n {2}so\ncaused by: TypeError: Cannot read properties/);
  });

  it("follows causes to their end with --debug, in a circle too", () => {
    const root = new Error("the disk is full");
    const error = new PipelineError("not written", {
      cause: new PipelineError("not copied", { cause: root }),
    });
    assert.equal(errorReport(error, false), "not written");
    assert.match(
      errorReport(error, true),
      /^PipelineError: not written\n[\s\S]*^caused by: PipelineError: not copied\n[\s\S]*^caused by: Error: the disk is full\n/m,
    );
    root.cause = error;
    assert.equal(errorReport(error, true).match(/the disk is full/g)?.length, 1);
  });

  it("shows no property of an error, and nobody's login in a URL", () => {
    const cause = Object.assign(new Error("GET https://user:canary-1@proxy:8080/ failed"), {
      request: { headers: { authorization: "canary-2" } },
      stdout: "canary-3",
    });
    const report = errorReport(new PipelineError("it failed", { cause }), true);
    assert.match(report, /GET https:\/\/proxy:8080\/ failed/);
    assert.doesNotMatch(report, /canary/);
  });

  it("says what was thrown where that is no error", () => {
    assert.match(errorReport("a text", false), /^a text\nThis is a mistake/);
  });
});

describe("isMistake", () => {
  it("is no call that failed, though it throws JavaScript's own errors", async () => {
    const refused = await fetch("http://127.0.0.1:1/").catch((error: unknown) => error);
    const invalid = (() => {
      try {
        return new URL("not a URL");
      } catch (error) {
        return error;
      }
    })();
    const answer = Object.assign(new TypeError("cannot read the answer"), { $metadata: {} });
    for (const error of [refused, invalid, answer, new Error("any"), new PipelineError("any")]) {
      assert.equal(isMistake(error), false, String(error));
      throwMistake(error);
    }
    assert.throws(() => throwMistake(mistake()), TypeError);
  });
});

describe("debugging", () => {
  for (const [value, on] of [
    [undefined, false],
    ["", false],
    ["0", false],
    ["1", true],
    ["true", true],
    ["braintrust-*", true],
    ["braintrust-other*", false],
    ["mocha", false],
    ["braintrust-snowflake", true],
    ["mocha, braintrust-snowflake", true],
    ["*", true],
  ] as const) {
    it(`is ${on ? "on" : "off"} with DEBUG=${value}, and on once it is started, for child processes too`, () => {
      const environment = value === undefined ? {} : { DEBUG: value };
      assert.equal(isDebugging(environment), on);
      startDebugging(environment);
      assert.equal(isDebugging(environment), true);
      assert.ok(environment.DEBUG?.startsWith(value ?? ""));
    });
  }
});
