import { filledIn } from "../harness";
import { testFaults } from "./matrix";

testFaults("a guard over costs", {
  stack: "dev",
  settings: {
    braintrust: filledIn.braintrust,
    monitoring: {
      monthlyBudgetUsd: 25,
      costAnomalyUsd: 5,
      costTag: "stack",
      alertEmails: ["oncall@example.com"],
    },
  },
  operations: ["create"],
  // Cost Explorer lets many have one name: whichever fault lost its answer, none must be made twice.
  among: ({ type }) => type.startsWith("aws:costexplorer/anomaly"),
  everyKind: true,
});
