import assert from "node:assert/strict";
import { stateOf } from "../../../automation/reconcile/states";

const moment = { now: 100_000_000, historyFrom: 0, maxAge: 1000, isBehind: false };
const stored = (key: string) => ({ key, bytes: 1, modified: 1_000_000, archived: false });

describe("stateOf", () => {
  it("ignores a file of which no event tells, unless it was loaded", () => {
    const only = { ...moment, suffix: ".parquet" };
    assert.equal(stateOf(stored("p/a.parquet"), undefined, only), "skipped");
    assert.equal(stateOf(stored("p/a.json"), undefined, only), "ignored");
    assert.equal(stateOf(stored("p/a.json"), undefined, moment), "skipped");
    const known = { key: "p/a.json", load: { status: "loaded" as const, at: 2_000_000 } };
    assert.equal(stateOf(stored("p/a.json"), known, only), "loaded");
  });

  it("takes a file that an older list lacks for gone only if nothing happened to it since", () => {
    const load = (status: "loaded" | "partial" | "failed" | "skipped" | "running", at: number) => ({
      key: "p/a",
      load: { status, at },
    });
    const listed = { ...moment, listedUntil: 2_000_000 };
    assert.equal(stateOf(undefined, load("loaded", 2_000_000), listed), "loadedAndGone");
    assert.equal(stateOf(undefined, load("failed", 2_000_000), listed), "ignored");
    assert.equal(stateOf(undefined, { key: "p/a", modified: 1_999_999 }, listed), "loadedAndGone");
    assert.equal(stateOf(undefined, { key: "p/a", modified: 2_000_001 }, listed), "loaded");
    const since = (["loaded", "partial", "failed", "skipped", "running"] as const).map((status) =>
      stateOf(undefined, load(status, 2_000_001), listed),
    );
    assert.deepEqual(since, ["loaded", "loadedWithErrors", "failed", "failed", "waiting"]);
    assert.equal(stateOf(undefined, load("failed", 2_000_001), moment), "ignored");
  });

  it("ignores the objects of a verification, wherever they lie", () => {
    for (const key of ["p/_verify/x", "_verify/x", "p/_braintrust_snowflake_probe_1.jsonl"]) {
      assert.equal(stateOf(stored(key), undefined, moment), "ignored", key);
    }
    assert.equal(stateOf(stored("p/not_verify/x"), undefined, moment), "skipped");
  });
});
