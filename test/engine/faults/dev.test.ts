import { filledIn } from "../harness";
import { testFaults } from "./matrix";

testFaults("dev", { stack: "dev", settings: filledIn });
