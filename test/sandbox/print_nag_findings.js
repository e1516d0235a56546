// Reads a CloudFormation template from standard input; prints, as JSON, which resources the packs of cdk-nag have judged, and what
// they find. The folder CDK_NAG has cdk-nag, aws-cdk-lib and constructs in its node_modules.
const fs = require("node:fs");
const path = require("node:path");

const load = (name) => require(path.join(process.env.CDK_NAG, "node_modules", name));
const { App, Stack } = load("aws-cdk-lib");
const { CfnInclude } = load("aws-cdk-lib/cloudformation-include");
const { AwsSolutionsChecks, NIST80053R5Checks, NagRuleCompliance } = load("cdk-nag");

const template = fs.readFileSync(0, "utf8");
const file = path.join(process.argv[2], "template.json");
fs.writeFileSync(file, template);
const stack = new Stack(new App(), "program");
new CfnInclude(stack, "template", { templateFile: file });

const judged = new Set();
const failures = [];

/** The pack, recording each rule that says something of a resource. */
const recording = (Pack) =>
  class extends Pack {
    applyRule(params) {
      const recorded = (node) => {
        const result = params.rule(node);
        if (result !== NagRuleCompliance.NOT_APPLICABLE) judged.add(node.node.id);
        return result;
      };
      Object.defineProperty(recorded, "name", { value: params.rule.name });
      super.applyRule({ ...params, rule: recorded });
    }
  };

for (const Pack of [AwsSolutionsChecks, NIST80053R5Checks]) {
  const { violations } = new (recording(Pack))(undefined, { verbose: false }).validateScope(stack);
  for (const { ruleName, description, violatingResources } of violations) {
    for (const { constructPath } of violatingResources) {
      failures.push({ rule: ruleName, resource: constructPath.split("/").at(-1), description });
    }
  }
}
process.stdout.write(JSON.stringify({ judged: [...judged].sort(), failures }));
