import assert from "node:assert/strict";
import fc from "fast-check";
import { estimateCost } from "../../../automation/cost/estimate";
import { SNOWFLAKE_DEFAULTS } from "../../../automation/cost/usage";
import type { PlannedResource } from "../../../automation/plan/evaluation";
import { planStack } from "../../../automation/plan/plan";
import type { Settings } from "../../../components/settings/settings";
import { fixtureProject } from "../../fixtures/project";
import { settingsFor } from "../../support";

describe("any estimate", () => {
  const gb = fc.double({ min: 0.001, max: 10_000, noNaN: true });
  const files = fc.integer({ min: 1, max: 1_000_000 });
  const months = fc.integer({ min: 1, max: 15 });
  const stacks: { settings: Settings; resources: readonly PlannedResource[] }[] = [];
  const profiles = [
    { profile: "archive" },
    { profile: "instant" },
    { profile: "instant", intelligentTiering: true },
    { profile: "instant", intelligentTiering: true, archiveAccessDays: 90, deepArchiveAccessDays: 180 },
    { profile: "none", expireDays: 45 },
  ];
  const anyStack = fc.nat().map((index) => stacks[index % stacks.length] ?? assert.fail("no stack"));
  before(async () => {
    const { resources } = await planStack("prod", fixtureProject);
    for (const lifecycle of profiles)
      stacks.push({ settings: settingsFor({ lifecycle }, "prod"), resources });
  });

  it("is the sum of its items, none of them negative", () => {
    fc.assert(
      fc.property(anyStack, gb, files, months, (stack, gbPerDay, filesPerDay, count) => {
        for (const { usd: total, items } of estimateCost(stack, {
          ...SNOWFLAKE_DEFAULTS,
          gbPerDay,
          filesPerDay,
          months: count,
        }).months) {
          let left = total;
          for (const item of items) {
            assert.ok(item.usd >= 0, item.item);
            left -= item.usd;
          }
          assert.ok(Math.abs(left) < 1e-6 * Math.max(1, total));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("never costs less for more GB, while files stay on one side of 128 KB", () => {
    fc.assert(
      fc.property(anyStack, gb, gb, files, months, (stack, one, other, filesPerDay, count) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const small = (gbPerDay: number) => gbPerDay / filesPerDay < 128 / 1024 / 1024;
        fc.pre(small(less) === small(more));
        const total = (gbPerDay: number) =>
          estimateCost(stack, { ...SNOWFLAKE_DEFAULTS, gbPerDay, filesPerDay, months: count }).months.map(
            ({ usd: amount }) => amount,
          );
        const dear = total(more);
        for (const [index, cheap] of total(less).entries()) assert.ok(cheap <= (dear[index] ?? 0) + 1e-9);
      }),
      { numRuns: 100 },
    );
  });

  it("says the same of a month however far it looks ahead, and never less than idle", () => {
    fc.assert(
      fc.property(anyStack, gb, files, months, (stack, gbPerDay, filesPerDay, count) => {
        const short = estimateCost(stack, { ...SNOWFLAKE_DEFAULTS, gbPerDay, filesPerDay, months: count });
        const long = estimateCost(stack, { ...SNOWFLAKE_DEFAULTS, gbPerDay, filesPerDay, months: count + 3 });
        assert.deepEqual(long.months.slice(0, count), short.months);
        for (const month of short.months) assert.ok(month.usd >= short.idle.usd);
      }),
      { numRuns: 50 },
    );
  });
});
