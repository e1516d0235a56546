import { filledIn } from "../harness";
import { testFaults } from "./matrix";

testFaults("a user and a topic", {
  stack: "dev",
  settings: {
    braintrust: filledIn.braintrust,
    snowflake: { access: "user" },
    events: { mode: "sns" },
    monitoring: { enabled: false },
    lifecycle: { profile: "none" },
  },
  // What the default stacks have not.
  among: ({ type }) => /^aws:(iam\/(user|group|accessKey)|secretsmanager|sns|sqs)/.test(type),
});
