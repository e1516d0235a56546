// Preloaded into a process that runs the program: the pipeline's constructor fails as a mistake in it would, at once or, by
// MISTAKE=late, in an output's callback.
const Module = require("node:module");

const load = Module._load;
// The SDK is loaded by whoever runs the program, after it has said in the environment where the engine is.
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request === "@pulumi/pulumi" && Module._load !== load) {
    Module._load = load;
    mistake(loaded);
  }
  return loaded;
};

function mistake(pulumi) {
  const { registerOutputs } = pulumi.ComponentResource.prototype;
  pulumi.ComponentResource.prototype.registerOutputs = function (outputs) {
    const isPipeline = this.__pulumiType === "braintrust-snowflake:index:ExportPipeline";
    // Called once by the constructor, and by the SDK when that has ended.
    if (!isPipeline || outputs === undefined) return registerOutputs.call(this, outputs);
    const fail = () => undefined.mistaken;
    if (process.env.MISTAKE !== "late") fail();
    this.urn.apply(fail);
  };
}
