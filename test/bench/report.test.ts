import assert from "node:assert/strict";
import { type Findings, figuresOf, rowsOf } from "../../bench/report";

const leftOut = { notMeasured: "left out" };
const nothing: Findings = {
  evaluations: leftOut,
  planMs: leftOut,
  runners: leftOut,
  calls: leftOut,
  deployment: leftOut,
  testsMs: leftOut,
  reconciliation: leftOut,
};
const evaluation = { loadMs: 500, againMs: 20, memoryMb: 100.4, resources: 30 };
const deployment = {
  openMs: 100,
  preflightMs: 200,
  previewMs: 300,
  upMs: 66_000,
  secondPreviewMs: 400,
  settled: true,
  destroyMs: 500,
  resourceCount: 3,
  workMs: 61_000,
  chainMs: 60_000,
  chain: [
    { name: "bucket", startMs: 1000, ms: 5000 },
    { name: "lifecycle", startMs: 6500, ms: 55_000 },
  ],
  terraform: { notMeasured: "there is no terraform on PATH" },
};

describe("the benchmark's report", () => {
  it("says of each part that was left out that it was", () => {
    const rows = rowsOf(nothing);
    assert.equal(rows.length, 4);
    for (const [, figure, why] of rows) assert.deepEqual([figure, why], ["not measured", "left out"]);
    const figures = Object.values(figuresOf(nothing));
    assert.deepEqual(figures, Array(figures.length).fill(leftOut));
  });

  it("compares 100 and 1,000 streams with one", () => {
    const evaluations = [1, 10, 100, 1_000].map((streams) => ({ ...evaluation, streams, firstMs: streams }));
    assert.equal(figuresOf({ ...nothing, evaluations }).hundredToOne, 600 / 501);
    const { thousandToOne, thousandMb } = figuresOf({ ...nothing, evaluations });
    assert.deepEqual([thousandToOne, thousandMb], [1_500 / 501, 100.4]);
    assert.deepEqual(rowsOf({ ...nothing, evaluations })[0], [
      "evaluation, 1 stream",
      "0.50 s",
      "0.50 s of it to load it; again 0.02 s, 100 MB, 30 resources",
    ]);
  });

  it("takes the preview of either runner, and why there is none", () => {
    const noHost = { notMeasured: "no host" };
    const runners = {
      "this project's command": { upMs: 5000, previewMs: 1500, upAgainMs: 2000 },
      "pulumi, types unchecked": noHost,
      "pulumi, types checked": noHost,
    };
    const { previewMs, pulumiPreviewMs } = figuresOf({ ...nothing, runners });
    assert.deepEqual([previewMs, pulumiPreviewMs], [1500, noHost]);
    assert.deepEqual(
      rowsOf({ ...nothing, runners }).filter(([what]) => what.startsWith("beyond")),
      [
        [
          "beyond the provider: this project's command",
          "1.50 s",
          "preview; first up with its preview 5.00 s, second up 2.00 s",
        ],
        ["beyond the provider: pulumi, types unchecked", "not measured", "no host"],
        ["beyond the provider: pulumi, types checked", "not measured", "no host"],
      ],
    );
  });

  it("holds either preview against the one of `pulumi` that checks types", () => {
    const of = (previewMs: number) => ({ upMs: 5000, previewMs, upAgainMs: 2000 });
    const runners = {
      "this project's command": of(1000),
      "pulumi, types unchecked": of(2000),
      "pulumi, types checked": of(8000),
    };
    const { previewToChecked, pulumiPreviewToChecked, upAgainMs } = figuresOf({ ...nothing, runners });
    assert.deepEqual([previewToChecked, pulumiPreviewToChecked, upAgainMs], [0.125, 0.25, 2000]);
  });

  it("holds the whole of `up` against its longest chain, link by link", () => {
    assert.equal(figuresOf({ ...nothing, deployment }).upToChain, 1.1);
    const rows = rowsOf({ ...nothing, deployment });
    assert.deepEqual(
      rows.find(([what]) => what.includes("chain")),
      [
        "emulator: longest chain of waits",
        "60.00 s",
        "bucket 5.00 s from 1.00 s on > lifecycle 55.00 s from 6.50 s on",
      ],
    );
    assert.deepEqual(rows.at(-1), ["emulator: Terraform", "not measured", "there is no terraform on PATH"]);
  });

  it("shows Terraform's figures beside them", () => {
    const terraform = { planMs: 3000, applyMs: 70_000, secondPlanMs: 4000, settled: false, destroyMs: 9000 };
    const rows = rowsOf({ ...nothing, deployment: { ...deployment, terraform } });
    assert.deepEqual(
      rows.slice(-4).map(([, figure]) => figure),
      ["3.00 s", "70.00 s", "4.00 s", "9.00 s"],
    );
    assert.deepEqual(
      rows.filter(([what]) => what.includes(" after ")).map(([, , detail]) => detail),
      ["no changes", "has changes"],
    );
  });
});
