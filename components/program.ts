import type * as pulumi from "@pulumi/pulumi";
import { stackOutputs } from "./outputs";
import { ExportPipeline } from "./pipeline/pipeline";
import { providerConfiguration, readSettings } from "./settings/read-settings";
import { PIPELINE_NAME, type Settings } from "./settings/settings";
import { SharedBucketProvider } from "./storage/shared-bucket";
import { toArgs } from "./to-args";

/** Name of the provider that reaches a bucket which others use too. */
const SHARED_BUCKET = "shared-bucket";

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
  const providers =
    settings.existingBucket === undefined
      ? []
      : [new SharedBucketProvider(SHARED_BUCKET, providerConfiguration())];
  const pipeline = new ExportPipeline(PIPELINE_NAME, toArgs(settings), { providers });
  return { pipeline, outputs: { ...stackOutputs(settings, pipeline) } };
}

/** The program: settings of the running stack, the pipeline, its stack outputs. */
export function deployPipeline(): pulumi.Inputs {
  return buildPipeline().outputs;
}
