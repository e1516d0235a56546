const { deployPipeline } = require("braintrust-snowflake-pipeline");

// Settings of the selected stack in, stack outputs out.
module.exports = deployPipeline();
