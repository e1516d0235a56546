const path = require("node:path");

// The SDK reads the pack's version in package.json of the working folder, which may be that of any program.
process.chdir(path.dirname(__dirname));
try {
  require("../bin/load")("policy/pack").servePack();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
