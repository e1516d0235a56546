const fs = require("node:fs");
const { reporters } = require("mocha");

/** Mocha's own "spec" output, and in the file named by the option `output` the figures and what failed. */
module.exports = class CiReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    runner.on("fail", (test, error) =>
      failed.push(`${test.fullTitle()}: ${String(error?.message).slice(0, 500)}`),
    );
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const figures = { passes, failures, pending, failed };
      fs.writeFileSync(options.reporterOptions.output, JSON.stringify(figures));
    });
  }
};
