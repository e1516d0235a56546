import * as pulumi from "@pulumi/pulumi";
import { buildPipeline } from "../../components/program";
import type { Change, Step } from "../engine/changes";
import { nameOf } from "../engine/changes";
import { inlineProgram } from "../engine/inline-program";
import { type EngineRun, runEngine } from "../engine/run/engine-run";
import type { OpenStack } from "../engine/workspace";
import { type Import, keyOf } from "./imports";

/** How a run of the engine reports and ends. */
export type Running = Pick<EngineRun, "onProgress" | "signal" | "timeoutMs">;

/** A resource that the engine would import, where it stands in the program. */
export interface Place extends Import {
  readonly urn: string;
  /** Its components, the outermost first. */
  readonly components: readonly Component[];
}

/** A component of the program. */
export interface Component {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

/** What a preview has found. */
export interface ImportPreview {
  readonly changes: readonly Change[];
  readonly places: readonly Place[];
}

/**
 * Previews the program with Pulumi's resource option `import` on what is to be imported: the engine reads each by the provider
 * and says by which properties it differs from the program. Nothing is changed.
 *
 * @param configFile the stack's file with the settings that are still to be written.
 */
export async function previewImports(
  open: OpenStack,
  imports: readonly Import[],
  configFile: string,
  running: Running,
): Promise<ImportPreview> {
  const { stack } = open;
  const ids = new Map(imports.map((one) => [keyOf(one), one.id]));
  const program = inlineProgram(() => {
    pulumi.runtime.registerResourceTransform(({ type, name, props, opts }) => {
      const id = ids.get(keyOf({ type, name }));
      return id === undefined ? undefined : { props, opts: { ...opts, import: id } };
    });
    return buildPipeline();
  });
  const steps = new Map<string, Step>();
  const changes = await runEngine(open, {
    ...running,
    kind: "preview",
    operation: (engine) =>
      withConfigFile(open, configFile, () =>
        stack.preview({
          ...engine,
          program,
          onEvent: (event) => {
            const step = event.resourcePreEvent?.metadata;
            if (step !== undefined) steps.set(step.urn, step);
            engine.onEvent(event);
          },
        }),
      ),
  });
  const places = imports.flatMap((one) => placeOf(one, steps));
  return { changes, places };
}

/** The Automation API has no option for this flag of `pulumi preview`; the CLI takes each from the environment too. */
async function withConfigFile<Result>(
  { stack: { workspace } }: OpenStack,
  file: string,
  run: () => Promise<Result>,
): Promise<Result> {
  workspace.envVars.PULUMI_OPTION_CONFIG_FILE = file;
  try {
    return await run();
  } finally {
    delete workspace.envVars.PULUMI_OPTION_CONFIG_FILE;
  }
}

/** Where the program has it. */
function placeOf(one: Import, steps: ReadonlyMap<string, Step>): Place[] {
  const step = [...steps.values()].find(({ urn, type }) => nameOf(urn) === one.name && type === one.type);
  return step === undefined ? [] : [{ ...one, urn: step.urn, components: above(step, steps) }];
}

function above(step: Step, steps: ReadonlyMap<string, Step>): Component[] {
  const parent = steps.get((step.new ?? step.old)?.parent ?? "");
  if (parent === undefined || parent.type === "pulumi:pulumi:Stack") return [];
  const { urn, type } = parent;
  return [...above(parent, steps), { urn, type, name: nameOf(urn) }];
}
