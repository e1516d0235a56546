const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const project = path.join(root, "tsconfig.json");

/** A module of this package: its source in a checkout, from whichever folder it is called; in the npm package, compiled. */
module.exports = (name) => {
  const isCheckout = fs.existsSync(project);
  if (isCheckout) {
    require("./compile-cache");
    require("ts-node").register({ cwd: root, project });
  }
  return require(path.join(root, isCheckout ? "" : "dist", name));
};
