import assert from "node:assert/strict";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { UsageError } from "../../../automation/errors";
import { evaluate } from "../../../automation/plan/evaluation";

const place = { stack: "acme", accountId: "444455556666", region: "eu-central-1" };

describe("the evaluation of a program that fails", () => {
  let mochas: NodeJS.UnhandledRejectionListener[];

  // Mocha would end the test at the first rejection that nobody awaits.
  before(() => {
    mochas = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
  });
  after(() => {
    for (const listener of mochas) process.on("unhandledRejection", listener);
  });

  const fail = (error: Error) => () => {
    throw error;
  };
  const bucketNamedBy = (name: () => never) => () => {
    new s3.Bucket("exports", { bucket: pulumi.output("acme-exports").apply(name) });
    return {};
  };
  const said = new pulumi.RunError("maxCapacity = 9: must be at most 8");
  const ofResource = new pulumi.ResourceError("reader: needs a role", undefined, true);
  const mistake = new Error("no such list");

  const programs: Record<string, [program: () => pulumi.Inputs, thrown: new () => Error, words: RegExp]> = {
    "says what the program itself says": [fail(said), UsageError, /^maxCapacity = 9: must be at most 8$/],
    "says what a component says": [fail(ofResource), UsageError, /^reader: needs a role$/],
    "says what the program says of a value that comes late": [
      bucketNamedBy(fail(said)),
      UsageError,
      /must be at most 8$/,
    ],
    "leaves a mistake in a value a mistake": [bucketNamedBy(fail(mistake)), Error, /no such list$/],
    "leaves a mistake in an output a mistake": [
      () => ({ arn: pulumi.output("x").apply(fail(mistake)) }),
      Error,
      /no such list$/,
    ],
  };
  for (const [title, [program, thrown, words]] of Object.entries(programs)) {
    it(title, async () => {
      await assert.rejects(evaluate(place, {}, [], program), (error: Error) => {
        assert.equal(error.constructor, thrown);
        assert.match(error.message, words);
        return true;
      });
      assert.equal(process.listenerCount("unhandledRejection"), 0);
    });
  }
});
