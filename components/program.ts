import type * as pulumi from "@pulumi/pulumi";
import { stackOutputs } from "./outputs";
import { ExportPipeline } from "./pipeline";
import { readSettings } from "./settings/read-settings";
import { PIPELINE_NAME, type Settings } from "./settings/settings";
import { toArgs } from "./to-args";

/** What the program has built. */
export interface BuiltPipeline {
  readonly pipeline: ExportPipeline;
  /** Of the stack. */
  readonly outputs: pulumi.Inputs;
}

/**
 * Builds the pipeline by the settings of the running stack.
 *
 * @param completed adds to them what is still to be written into the stack's file.
 */
export function buildPipeline(completed = (settings: Settings) => settings): BuiltPipeline {
  const settings = completed(readSettings());
  const pipeline = new ExportPipeline(PIPELINE_NAME, toArgs(settings));
  return { pipeline, outputs: { ...stackOutputs(settings, pipeline) } };
}

/** The program: settings of the running stack, the pipeline, its stack outputs. */
export function deployPipeline(): pulumi.Inputs {
  return buildPipeline().outputs;
}
