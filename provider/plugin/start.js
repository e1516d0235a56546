const path = require("node:path");

// The sources run as they are, from whichever folder the engine starts this in.
const root = path.resolve(__dirname, "../..");
require("ts-node").register({ cwd: root, project: path.join(root, "tsconfig.json") });
require("../main");
