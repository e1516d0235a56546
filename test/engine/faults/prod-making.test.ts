import { testFaults } from "./matrix";
import { prod } from "./stacks";

testFaults("prod", { stack: "prod", settings: prod, operations: ["create", "read"] });
