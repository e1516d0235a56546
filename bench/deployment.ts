import * as fs from "node:fs/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { Deployment } from "../automation/deploy/deployment";
import { nameOf } from "../automation/engine/changes";
import { startEmulator } from "../automation/sandbox/emulator";
import { createSandboxProject } from "../automation/sandbox/project";
import { enter } from "../automation/sandbox/sandbox";
import { longestChain, type Span } from "./chain";
import { type NotMeasured, timed } from "./measure";
import { type TerraformTimes, timeTerraform } from "./terraform";
import { terraformConfiguration } from "./terraform-configuration";

/** Wall times of a stack in the emulator, in milliseconds. */
export interface DeploymentTimes {
  readonly openMs: number;
  readonly preflightMs: number;
  readonly previewMs: number;
  readonly upMs: number;
  readonly secondPreviewMs: number;
  /** Whether that preview had nothing left to do. */
  readonly settled: boolean;
  readonly destroyMs: number;
  readonly resourceCount: number;
  /** From the first resource's start to the last one's end. */
  readonly workMs: number;
  readonly chainMs: number;
  /** Names along the longest chain of waits. */
  readonly chain: readonly Link[];
  /** The same resources by Terraform, with the same provider in the same emulator. */
  readonly terraform: TerraformTimes | NotMeasured;
}

/** A resource in a chain of waits. */
export interface Link {
  readonly name: string;
  /** Since the update began. */
  readonly startMs: number;
  readonly ms: number;
}

const stateSchema = z.object({
  resources: z.array(
    z.object({
      urn: z.string(),
      type: z.string(),
      id: z.string().optional(),
      inputs: z.record(z.string(), z.unknown()).default({}),
      dependencies: z.array(z.string()).default([]),
    }),
  ),
});

/** Makes, looks at and deletes a stack in an emulator of its own, and has Terraform do the same. */
export async function timeDeployment(onNote: (message: string) => void): Promise<DeploymentTimes> {
  const emulator = await startEmulator({ onProgress: onNote });
  const leave = enter(emulator);
  let workDir: string | undefined;
  try {
    workDir = await createSandboxProject("bench", emulator);
    const { resources, ...times } = await timeStack("bench", workDir);
    onNote("the same resources by Terraform");
    const terraform = await timeTerraform(terraformConfiguration(resources, emulator), emulator);
    return { ...times, terraform };
  } finally {
    leave();
    await emulator.stop();
    if (workDir !== undefined) await fs.rm(workDir, { recursive: true, force: true });
  }
}

async function timeStack(stack: string, workDir: string) {
  const opened = await timed(() => Deployment.open({ stack, workDir, create: true }));
  const deployment = opened.result;
  const preflight = await timed(() => deployment.preflight());
  const preview = await timed(() => deployment.preview());
  const moments = new Map<string, { start: number; end: number }>();
  const begun = performance.now();
  const onEvent = ({ resourcePreEvent, resOutputsEvent }: EngineEvent) => {
    const now = performance.now() - begun;
    const first = resourcePreEvent?.metadata.urn;
    const last = resOutputsEvent?.metadata.urn;
    if (first !== undefined) moments.set(first, { start: now, end: now });
    const moment = last === undefined ? undefined : moments.get(last);
    if (moment !== undefined) moment.end = now;
  };
  const up = await timed(() => deployment.open.stack.up({ onEvent, color: "never" }));
  const { deployment: exported } = await deployment.open.stack.exportStack();
  const { resources } = stateSchema.parse(exported);
  const spans: Span[] = resources.flatMap(({ urn, type, dependencies }) => {
    const moment = moments.get(urn);
    return moment === undefined || !type.startsWith("aws:") ? [] : [{ urn, ...moment, dependencies }];
  });
  const again = await timed(() => deployment.preview());
  const destroy = await timed(() => deployment.destroy());
  const chain = longestChain(spans);
  return {
    openMs: opened.ms,
    preflightMs: preflight.ms,
    previewMs: preview.ms,
    upMs: up.ms,
    secondPreviewMs: again.ms,
    settled: again.result.length === 0,
    destroyMs: destroy.ms,
    resourceCount: spans.length,
    workMs: Math.max(...spans.map(({ end }) => end)) - Math.min(...spans.map(({ start }) => start)),
    chainMs: chain.ms,
    chain: chain.spans.map(({ urn, start, end }) => ({ name: nameOf(urn), startMs: start, ms: end - start })),
    resources,
  };
}
