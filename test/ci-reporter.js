const fs = require("node:fs");
const path = require("node:path");
const { reporters } = require("mocha");

/** Mocha's own "spec" output, and in the file named by the option `output` the figures, what did not pass, and times. */
module.exports = class CiReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = [];
    const skipped = [];
    /** Milliseconds of each file's tests and hooks. */
    const files = {};
    const spend = ({ file, duration = 0 }) => {
      const name = path.relative(process.cwd(), file ?? "");
      files[name] = (files[name] ?? 0) + duration;
    };
    runner.on("fail", (test, error) =>
      failed.push(`${test.fullTitle()}: ${String(error?.message).slice(0, 500)}`),
    );
    runner.on("pending", (test) => skipped.push(test.fullTitle()));
    runner.on("test end", spend);
    runner.on("hook end", spend);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const figures = { passes, failures, pending, failed, skipped, files };
      fs.writeFileSync(options.reporterOptions.output, JSON.stringify(figures));
    });
  }
};
