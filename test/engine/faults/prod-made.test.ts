import { testFaults } from "./matrix";
import { prod } from "./prod";

testFaults("prod", { ...prod, operations: ["create", "update"] });
