import "./compile-cache";
import "./promise-traces";
import { deployPipeline } from "./components/program";
import { traceOnlyMessages } from "./stack-traces";

traceOnlyMessages();

// Settings of the selected stack in, stack outputs out.
export = deployPipeline();
