import { filledIn } from "../harness";
import { testFaults } from "./matrix";

testFaults("prod", {
  stack: "prod",
  settings: { ...filledIn, protect: false, forceDestroy: true },
  sparse: true,
});
