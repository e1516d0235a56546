import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { PlannedResource } from "../../automation/plan/evaluation";
import { projectDir } from "../../automation/project/stack-file";
import { isWhole, ofThisTurn } from "../turn";
import { stepsOf } from "./difference";
import { type Change, changesOf, everySetting } from "./matrix";
import { type Outcome, outcomesOf } from "./outcome";
import { changesPage, type Rows, rowsOf } from "./page";

/** One setting in a run: an evaluation takes some 50 ms of a core, and all settings need more than 600. */
const SHARES = everySetting.length;

const tried = ofThisTurn(everySetting, SHARES).map((setting) => changesOf(setting));
const page = fs.readFileSync(path.join(projectDir, "docs", "changes.md"), "utf8");

describe("the matrix of changes", () => {
  const without = (missing: (setting: (typeof tried)[number]) => boolean) =>
    tried.filter(missing).map(({ key }) => key);

  it("has a valid value other than the default for each setting of this turn", () => {
    const unset = without(({ sides }) => sides.every(({ value }) => value === undefined));
    assert.deepEqual(
      unset,
      [],
      "give these a companion, fill them in on a base, or give their schema examples",
    );
  });

  it("has a change or a refusal for each setting of this turn", () => {
    const unchanged = without(({ changes, refusals }) => changes.length === 0 && refusals.length === 0);
    assert.deepEqual(unchanged, []);
  });

  it("is on a page that has each of its settings and no other", () => {
    const named = [...page.matchAll(/^\| `(\S+)` \|/gm)].map(([, key]) => key);
    assert.deepEqual(
      new Set(named),
      new Set(everySetting.map(({ key }) => key)),
      "run `npm run docs:changes`",
    );
  });

  it("is on a page that says of each loss what is lost", () => {
    assert.doesNotMatch(page, /: undefined/);
  });
});

const evaluated: Rows[] = [];

describe("a change of a setting", () => {
  for (const setting of tried) {
    const { key, isOrdered } = setting;
    describe(key, () => {
      let outcomes: readonly Outcome[];
      let rows: Rows;
      before(async () => {
        outcomes = await outcomesOf(setting);
        rows = rowsOf(setting, outcomes);
        evaluated.push(rows);
      });
      const of = (nature: Change["nature"]) => outcomes.filter(({ change }) => change.nature === nature);

      it("has an effect on resources, on outputs or on what is refused", () => {
        const effects = outcomes.flatMap(({ difference }) => Object.values(difference).flat());
        assert.ok(
          effects.length > 0 || setting.refusals.length > 0,
          "give it a companion to have an effect with",
        );
      });

      it("leaves everything as it is where the order alone changes", () => {
        if (isOrdered) return;
        for (const { change, difference } of of("permutation")) {
          assert.deepEqual(stepsOf(difference), [], change.from.base.stack);
        }
      });

      it("touches nothing but what names an item that comes or goes, and replaces nothing", () => {
        for (const { change, difference } of of("items")) {
          const { created, deleted, updated, replaced } = difference;
          const touched = [
            ...created,
            ...deleted,
            ...updated.flatMap(({ before, after }) => [before, after]),
          ];
          const own = new Set(touched.filter((each) => isOwn(key, each, change)).map(({ urn }) => urn));
          const others = touched.filter(({ urn }) => !own.has(urn)).map(({ name }) => name);
          // Where the order says something, another item may come into use.
          const inUse = isOrdered ? [] : replaced.map(({ after }) => after.name);
          const found = [...new Set(others), ...inUse];
          assert.deepEqual(found, [], `${change.from.base.stack}: ${stepsOf(difference).join("\n")}`);
        }
      });

      it("finds nothing protected that an update without a loss deletes or replaces", () => {
        for (const { difference, losses } of outcomes.filter((outcome) => outcome.losses.length === 0)) {
          const gone = [...difference.deleted, ...difference.replaced.map(({ before }) => before)];
          assert.deepEqual(
            [...gone, ...losses].filter(({ protect }) => protect).map(({ name }) => name),
            [],
          );
        }
      });

      it("is on the page as it is", () => {
        const shown = page.split("\n").filter((line) => line.startsWith(`| \`${key}\` |`));
        const expected = [rows.free, rows.loss, rows.refused].filter((row) => row !== undefined);
        assert.deepEqual(shown, expected, "run `npm run docs:changes`");
      });
    });
  }
});

describe("the page of changes", () => {
  if (isWhole()) {
    it("has the counts of all settings", () => {
      assert.equal(evaluated.length, everySetting.length);
      for (const line of changesPage(evaluated).split("\n")) assert.ok(page.includes(line), line);
    });
  }
});

/** Whether a resource names something of the item that the list has on one side alone. */
function isOwn(key: string, { name, inputs }: PlannedResource, { items, from, to }: Change): boolean {
  const [fewer = []] = [from.value, to.value].map(textsOf).sort((one, other) => one.length - other.length);
  if (key === "streams" && fewer.length === 1 && countedPerStream.test(name)) return true;
  const own = textsOf(items).filter((text) => !fewer.includes(text));
  const text = `${name} ${JSON.stringify(inputs)}`;
  return own.some((each) => text.includes(each));
}

/** One stream alone is counted with all exports, for nothing more to pay: a second one brings the first one's metrics. */
const countedPerStream = /-(metrics|no-export)-/;

function textsOf(value: unknown): string[] {
  // A log of CloudTrail names the root of an account by the account's id.
  if (typeof value === "string") return [value, ...(value.match(/\d{12}(?=:root$)/) ?? [])];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
