// Runs a Pulumi program under mocks: node run-example.js PROGRAM OUTPUTS, from the program's folder. Prints each resource as JSON.
const path = require("node:path");
const pulumi = require(require.resolve("@pulumi/pulumi", { paths: [process.cwd()] }));

const [program, outputs] = process.argv.slice(2);
const resources = [];
pulumi.runtime.setMocks(
  {
    newResource: ({ type, name, inputs }) => {
      if (type === "pulumi:pulumi:StackReference") {
        return {
          id: name,
          state: { name: inputs.name, outputs: JSON.parse(outputs), secretOutputNames: [] },
        };
      }
      resources.push({ type, name, inputs });
      return { id: name, state: inputs };
    },
    call: () => ({}),
  },
  "project",
  "dev",
);
pulumi.runtime.setAllConfig({ "project:pipeline": "org/braintrust-snowflake/dev" });
pulumi.runtime
  .runInPulumiStack(() => require(path.resolve(program))())
  .then(() => pulumi.runtime.disconnect())
  .then(() => process.stdout.write(JSON.stringify(resources)));
