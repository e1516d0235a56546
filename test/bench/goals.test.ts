import assert from "node:assert/strict";
import { type Figures, goalRow, goalsOf, isMet } from "../../bench/goals";

const figures: Figures = {
  hundredToOne: 1.99,
  previewMs: 1999,
  pulumiPreviewMs: { notMeasured: "no host" },
  upToChain: 1.1,
  testsMs: 29_999,
  reconciliationMs: 59_999,
  reconciliationMb: 299.9,
};

const verdicts = (given: Partial<Figures>) => goalsOf({ ...figures, ...given }).map(isMet);

describe("the benchmark's goals", () => {
  it("are met below their limits, and judged only where there is a figure", () => {
    assert.deepEqual(verdicts({}), [true, true, undefined, true, true, true, true]);
    assert.deepEqual(verdicts({ pulumiPreviewMs: 1 }), Array(7).fill(true));
  });

  it("are not met at or beyond them", () => {
    const missed = {
      hundredToOne: 2,
      previewMs: 2000,
      pulumiPreviewMs: 2000,
      upToChain: 1.11,
      testsMs: 30_000,
      reconciliationMs: 60_000,
      reconciliationMb: 300,
    };
    assert.deepEqual(verdicts(missed), Array(7).fill(false));
  });

  it("are rows with limit, figure and verdict", () => {
    const rows = goalsOf({ ...figures, previewMs: 2500 }).map(goalRow);
    assert.deepEqual(rows, [
      ["evaluation with its loading, 100 streams to one", "under 2.00", "1.99", "met"],
      ["preview beyond the provider", "under 2.00 s", "2.50 s", "not met"],
      ["`pulumi preview` beyond the provider", "under 2.00 s", "not measured", "no host"],
      ["up to its longest chain of waits", "at most 1.10", "1.10", "met"],
      ["npm test", "under 30.00 s", "30.00 s", "met"],
      ["reconcile, a million files", "under 60.00 s", "60.00 s", "met"],
      ["reconcile, a million files, memory", "under 300 MB", "300 MB", "met"],
    ]);
  });
});
