import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { pictureFile, planPicture } from "./plan-picture";

describe("docs/plan.svg", () => {
  it("shows the plan as it is printed now", async () => {
    const kept = await fs.readFile(pictureFile, "utf8");
    assert.ok(kept === (await planPicture()), "run `npm run docs:pictures` and commit docs/plan.svg");
  });
});
