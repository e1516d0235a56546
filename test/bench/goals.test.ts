import assert from "node:assert/strict";
import { type Figures, goalRow, goalsOf, isMet } from "../../bench/goals";

const figures: Figures = {
  hundredToOne: 1.99,
  thousandToOne: 2.99,
  thousandMb: 399,
  planMs: 999,
  previewMs: 1199,
  pulumiPreviewMs: { notMeasured: "no host" },
  previewToChecked: 0.4,
  pulumiPreviewToChecked: { notMeasured: "no host" },
  upAgainMs: 1499,
  previewCalls: 1,
  upCalls: 6,
  upToChain: 1.05,
  testsMs: 29_999,
  reconciliationMs: 59_999,
  reconciliationMb: 299.9,
};

const COUNT = Object.keys(figures).length;
const verdicts = (given: Partial<Figures>) => goalsOf({ ...figures, ...given }).map(isMet);

describe("the benchmark's goals", () => {
  it("are met below their limits, and judged only where there is a figure", () => {
    const unknown = goalsOf(figures).filter((goal) => isMet(goal) === undefined);
    assert.deepEqual(
      unknown.map(({ goal }) => goal),
      ["`pulumi preview` beyond the provider", "`pulumi preview` to the same with its check of types"],
    );
    assert.deepEqual(verdicts({ pulumiPreviewMs: 1, pulumiPreviewToChecked: 0.1 }), Array(COUNT).fill(true));
  });

  it("are not met at or beyond them", () => {
    const missed = {
      hundredToOne: 2,
      thousandToOne: 3,
      thousandMb: 400,
      planMs: 1000,
      previewMs: 1200,
      pulumiPreviewMs: 1500,
      previewToChecked: 0.41,
      pulumiPreviewToChecked: 0.41,
      upAgainMs: 1500,
      previewCalls: 2,
      upCalls: 7,
      upToChain: 1.06,
      testsMs: 30_000,
      reconciliationMs: 60_000,
      reconciliationMb: 300,
    };
    assert.deepEqual(verdicts(missed), Array(COUNT).fill(false));
  });

  it("are rows with limit, figure and verdict", () => {
    const rows = goalsOf({ ...figures, previewMs: 2500 }).map(goalRow);
    assert.deepEqual(rows, [
      ["evaluation with its loading, 100 streams to one", "under 2.00", "1.99", "met"],
      ["evaluation with its loading, 1,000 streams to one", "under 3.00", "2.99", "met"],
      ["memory, 1,000 streams", "under 400 MB", "399 MB", "met"],
      ["plan", "under 1.00 s", "1.00 s", "met"],
      ["preview beyond the provider", "under 1.20 s", "2.50 s", "not met"],
      ["`pulumi preview` beyond the provider", "under 1.50 s", "not measured", "no host"],
      ["preview to `pulumi preview` with its check of types", "at most 0.40", "0.40", "met"],
      ["`pulumi preview` to the same with its check of types", "at most 0.40", "not measured", "no host"],
      ["second up, no changes, beyond the provider", "under 1.50 s", "1.50 s", "met"],
      ["calls of the CLI, preview", "at most 1", "1", "met"],
      ["calls of the CLI, up that creates the stack", "at most 6", "6", "met"],
      ["up to its longest chain of waits", "at most 1.05", "1.05", "met"],
      ["npm test", "under 30.00 s", "30.00 s", "met"],
      ["reconcile, a million files", "under 60.00 s", "60.00 s", "met"],
      ["reconcile, a million files, memory", "under 300 MB", "300 MB", "met"],
    ]);
  });
});
