import * as path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import { PROJECT } from "../components/settings/settings";
import * as packageJson from "../package.json";

const COMPONENT = "ExportPipeline";

/**
 * Prints the schema that `pulumi package get-schema` infers of ExportPipeline, or with `--check` nothing. Fails where the SDK's
 * analyzer refuses one of its arguments or outputs, or where one has no description.
 */
function main(): void {
  const { components, typeDefinitions, dependencies } = new Analyzer(
    path.join(__dirname, ".."),
    PROJECT,
    packageJson,
    new Set([COMPONENT]),
  ).analyze();
  const { inputs = {}, outputs = {} } = components[COMPONENT] ?? {};
  const silent = Object.entries({ ...inputs, ...outputs })
    .filter(([, { description }]) => description === undefined)
    .map(([name]) => name);
  if (silent.length > 0) throw new Error(`without a description: ${silent.join(", ")}`);
  const { version, description } = packageJson;
  const schema = generateSchema(PROJECT, version, description, components, typeDefinitions, dependencies);
  if (!process.argv.includes("--check")) process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
}

main();
