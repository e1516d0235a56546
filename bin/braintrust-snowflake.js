#!/usr/bin/env node
const path = require("node:path");

// The sources run as they are, from whichever folder this is called in.
const root = path.dirname(__dirname);
require("ts-node").register({ cwd: root, project: path.join(root, "tsconfig.json") });
require("../automation/cli").main();
