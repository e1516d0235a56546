#!/usr/bin/env node
require("./load")("automation/cli").main();
