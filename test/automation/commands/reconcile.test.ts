import assert from "node:assert/strict";
import { type ReconcileCommandOptions, reconcile } from "../../../automation/commands/reconcile";
import { UsageError } from "../../../automation/errors";

describe("reconcile, the command", () => {
  const refused: readonly (readonly [Partial<ReconcileCommandOptions>, RegExp])[] = [
    [{ run: true, file: "answer.json" }, /--file and --run/],
    [{ connection: "c" }, /--connection/],
    [{ file: "answer.json", connection: "c" }, /--connection/],
    [{ file: "answer.json", accountUsage: true }, /--account-usage/],
    [{ file: "answer.json", listFrom: { kind: "directory" } }, /--list-from/],
    [{ load: true }, /--load/],
    [{ load: true, file: "answer.json", json: true }, /--load and --json/],
    [{ json: true }, /--json/],
    [{ run: true, maxMissing: -1 }, /--max-missing -1/],
    [{ run: true, maxMissing: 1.5 }, /--max-missing 1.5/],
    [{ run: true, maxAge: 0 }, /--max-age 0/],
    [{ run: true, maxAge: Number.POSITIVE_INFINITY }, /--max-age Infinity/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}, before it opens the stack`, async () => {
      await assert.rejects(reconcile({ stack: "none", cwd: "/nowhere", ...options }), (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
