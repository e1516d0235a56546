import { deployPipeline } from "./components/pipeline";

// Settings of the selected stack in, stack outputs out.
export = deployPipeline();
