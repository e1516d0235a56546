import { filledIn } from "../harness";
import { testFaults } from "./matrix";

/** What the default stacks have not: the user and its keys, the topic and its queue. */
testFaults("a user and a topic", {
  stack: "dev",
  sparse: true,
  settings: {
    braintrust: filledIn.braintrust,
    snowflake: { access: "user" },
    events: { mode: "sns" },
    monitoring: { enabled: false },
    lifecycle: { profile: "none" },
  },
});
