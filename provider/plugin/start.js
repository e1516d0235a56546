#!/usr/bin/env node
require("../../bin/load")("provider/main");
