const fs = require("node:fs");
const { reporters } = require("mocha");

/** Mocha's own "spec" output, and the figures in the file named by the option `output`. */
module.exports = class CiReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      fs.writeFileSync(options.reporterOptions.output, JSON.stringify({ passes, failures, pending }));
    });
  }
};
