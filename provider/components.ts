import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Inputs, Output } from "@pulumi/pulumi";
import type { Provider } from "@pulumi/pulumi/provider";
import { packageDir, version } from "../components/package";
import { PIPELINE_TYPE } from "../components/settings/settings";

/** `npm run schema` writes it from the sources, which the npm package does not have. */
export const SCHEMA_FILE = path.join(packageDir, "provider", "schema.json");

const readSchema = () => fs.readFile(SCHEMA_FILE, "utf8");

/** ExportPipeline for programs in other languages: the engine has it created here. */
export const components: Provider = {
  version,
  getSchema: readSchema,
  async construct(name, type, inputs: Inputs, options) {
    if (type !== PIPELINE_TYPE) throw new Error(`${type} is not a component of this provider`);
    // Not needed, and slow to load, where the engine has a bucket shared alone.
    const [{ ExportPipeline }, { startPluginRun }, schema] = await Promise.all([
      import("../components/pipeline/pipeline"),
      import("../components/pipeline/suffixes"),
      readSchema(),
    ]);
    startPluginRun();
    const pipeline = new ExportPipeline(name, inputs, options);
    const outputs: readonly string[] = Object.keys(JSON.parse(schema).resources[type].properties);
    const values = pipeline as unknown as Readonly<Record<string, Output<unknown> | undefined>>;
    return {
      urn: pipeline.urn,
      state: Object.fromEntries(outputs.map((output) => [output, values[output]])),
    };
  },
};
