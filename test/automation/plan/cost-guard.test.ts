import assert from "node:assert/strict";
import type { Plan } from "../../../automation/plan/plan";
import { renderPlan } from "../../../automation/plan/render";
import { planOf } from "./full-stack";

const guarded = (monitoring: Readonly<Record<string, unknown>>): Promise<Plan> =>
  planOf("dev", {
    "aws:region": "us-east-1",
    "aws:defaultTags": { tags: { stack: "dev" } },
    "braintrust-snowflake:monitoring": { alertEmails: ["oncall@example.com"], ...monitoring },
  });
const warned = ({ problems }: Plan) =>
  problems.filter(({ key }) => key.startsWith("monitoring.")).map(({ key, message }) => `${key} ${message}`);

describe("the plan of a stack with a cost guard", () => {
  it("shows budget, subscription and alarm, and prices the alarm by its four metrics", async () => {
    const plan = await guarded({ monthlyBudgetUsd: 25, costAnomalyUsd: 5, storageGb: 500, costTag: "stack" });
    const text = renderPlan(plan, { color: false, width: 200 });
    assert.match(text, /CostGuard pipeline-cost\n/);
    assert.match(text, /budgets\.Budget +…-budget +25\.00 USD a month of user:stack\$dev\n/);
    assert.match(
      text,
      /costexplorer\.AnomalySubscription +…-anomaly-topic +immediate to topic braintrust-alerts-dev\n/,
    );
    assert.match(text, /\n {2}Idle: about 0\.60 USD a month/);
  });

  it("warns of a budget of the whole account", async () => {
    const [message, ...others] = warned(await guarded({ monthlyBudgetUsd: 25 }));
    assert.match(message ?? "", /^monitoring\.monthlyBudgetUsd counts the costs of the whole account/);
    assert.deepEqual(others, []);
  });

  it("warns of a tag that may not be active, or of what activating it means", async () => {
    const tagged = { monthlyBudgetUsd: 25, costTag: "stack" };
    assert.match(
      warned(await guarded(tagged)).join(),
      /^monitoring\.costTag .*until then a budget by it sees none/,
    );
    assert.match(
      warned(await guarded({ ...tagged, activateCostTag: true })).join(),
      /^monitoring\.activateCostTag works in the account that pays alone/,
    );
  });

  it("warns of nothing where monitoring is off", async () => {
    assert.deepEqual(warned(await guarded({ enabled: false, monthlyBudgetUsd: 25 })), []);
  });
});
