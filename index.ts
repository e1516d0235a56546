import "./compile-cache";
import { deployPipeline } from "./components/pipeline";

// The SDK asks for a stack trace with every promise: mapping them to TypeScript takes a sixth of a preview.
Error.stackTraceLimit = 0;

// Settings of the selected stack in, stack outputs out.
export = deployPipeline();
