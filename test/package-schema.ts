import * as fs from "node:fs";
import * as path from "node:path";
import type { ComponentResource, OutputInstance } from "@pulumi/pulumi";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import type { ExportPipeline } from "../components/pipeline/pipeline";
import { PROJECT } from "../components/settings/settings";
import * as packageJson from "../package.json";
import { SCHEMA_FILE } from "../provider/components";

const COMPONENT = "ExportPipeline";

type Fields = Omit<ExportPipeline, keyof ComponentResource>;
type PlainFields = {
  [Name in keyof Fields]-?: NonNullable<Fields[Name]> extends OutputInstance<unknown> ? never : Name;
}[keyof Fields];
/** The analyzer takes a plain field for an output too: `tsc` fails here where a public field is no Output, and names it. */
export const plainFields: [PlainFields] extends [never] ? readonly [] : PlainFields = [];

/**
 * Writes the schema of ExportPipeline for programs in other languages, or with `--check` compares. Fails where the SDK's analyzer
 * refuses one of its arguments or outputs, or where one has no description.
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
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!process.argv.includes("--check")) fs.writeFileSync(SCHEMA_FILE, text);
  else if (fs.readFileSync(SCHEMA_FILE, "utf8") !== text) {
    throw new Error("provider/schema.json is out of date: run `npm run schema`");
  }
}

main();
