import assert from "node:assert/strict";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { traceOnlyMessages } from "../../stack-traces";
import { withVariable } from "./commands/captured";

describe("traceOnlyMessages", () => {
  let traceAll: () => void;

  beforeEach(() => {
    traceAll = traceOnlyMessages();
  });
  afterEach(() => traceAll());

  it("gives errors without a message no stack trace, and gives it back", () => {
    assert.equal(new Error().stack, "Error");
    traceAll();
    assert.match(new Error().stack ?? "", /\n {4}at .*stack-traces\.test\.ts:/);
  });

  it("keeps those with PULUMI_DEBUG_PROMISE_LEAKS, which shows them", () =>
    withVariable("PULUMI_DEBUG_PROMISE_LEAKS", "1", async () => {
      assert.match(new Error().stack ?? "", /\n {4}at .*stack-traces\.test\.ts:/);
    }));

  it("keeps the trace of every other error, at the lines of the TypeScript source", () => {
    const { stack = "" } = new RangeError("two\nlines");
    assert.match(stack, /^RangeError: two\nlines\n {4}at .*\(?.*stack-traces\.test\.ts:\d+:\d+\)?\n {4}at /);
  });

  it("names files of packages by paths that `util.inspect` can colour", async () => {
    const output = pulumi.output(1).apply(() => {
      throw new Error("late");
    });
    // The SDK keeps this method out of its type declarations.
    const failed = await (output as unknown as { promise(): Promise<unknown> }).promise().then(
      () => new Error("it did not fail"),
      (error: Error) => error,
    );
    const stack = failed.stack ?? "";
    assert.match(stack, /node_modules[\\/]@pulumi[\\/]pulumi[\\/]output\.js:\d+/);
    assert.doesNotMatch(stack, /node_modules[\\/]@[^\\/]+[\\/][^\\/]+:\d+/);
    assert.match(inspect(failed, { colors: true }), /late/);
  });
});
