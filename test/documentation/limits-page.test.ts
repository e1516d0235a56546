import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { awsLimits } from "../../components/aws-limits";
import type { Deployment } from "../support";
import { isWhole, ofThisTurn } from "../turn";
import { type LimitName, largest, limitRows, limitsPage } from "./limits-page";
import { programsByStreams, type StreamsProgram, worstCases } from "./worst-cases";

/** Two or three of the worst programs in a run; what the page has of all of them is compared where all run, as CI does once. */
const SHARES = 8;

describe("the page of limits", () => {
  let programs: readonly Deployment[];
  let byStreams: readonly StreamsProgram[] = [];
  before(async () => {
    if (isWhole()) byStreams = await programsByStreams();
    programs = [
      ...(await worstCases((all) => ofThisTurn(all, SHARES))),
      ...byStreams.map(({ deployed }) => deployed),
    ];
  });

  for (const name of Object.keys(limitRows) as LimitName[]) {
    if (!("sizes" in limitRows[name])) continue;
    it(`names no limit that settings pass: ${name}`, () => {
      const size = largest(name, programs) ?? Number.NaN;
      assert.ok(size > 0 && size <= awsLimits[name].most, `${size} of ${awsLimits[name].most}`);
    });
  }

  if (isWhole()) {
    it("has the sizes of today's programs: else run `npm run docs:limits` and review what changed", async () => {
      const written = await fs.readFile(path.join(projectDir, "docs", "limits.md"), "utf8");
      assert.equal(written, limitsPage(programs, byStreams));
    });
  }
});
