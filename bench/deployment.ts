import * as fs from "node:fs/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { nameOf } from "../automation/changes";
import { Deployment } from "../automation/deployment";
import { startEmulator } from "../automation/sandbox/emulator";
import { createSandboxProject } from "../automation/sandbox/project";
import { enter } from "../automation/sandbox/sandbox";
import { longestChain, type Span } from "./chain";

/** Wall times of a stack in the emulator, in milliseconds. */
export interface DeploymentTimes {
  readonly openMs: number;
  readonly preflightMs: number;
  readonly previewMs: number;
  readonly upMs: number;
  readonly secondPreviewMs: number;
  readonly resources: number;
  /** From the first resource's start to the last one's end. */
  readonly workMs: number;
  readonly chainMs: number;
  /** Names along the longest chain of waits. */
  readonly chain: readonly string[];
}

const stateSchema = z.object({
  resources: z.array(z.object({ urn: z.string(), dependencies: z.array(z.string()).optional() })),
});

/** Makes, looks at and deletes a stack in an emulator of its own. */
export async function timeDeployment(onNote: (message: string) => void): Promise<DeploymentTimes> {
  const emulator = await startEmulator({ onProgress: onNote });
  const leave = enter(emulator);
  let workDir: string | undefined;
  try {
    workDir = await createSandboxProject("bench", emulator);
    return await timeStack("bench", workDir);
  } finally {
    leave();
    await emulator.stop();
    if (workDir !== undefined) await fs.rm(workDir, { recursive: true, force: true });
  }
}

async function timeStack(stack: string, workDir: string): Promise<DeploymentTimes> {
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
  const spans: Span[] = resources.flatMap(({ urn, dependencies = [] }) => {
    const moment = moments.get(urn);
    return moment === undefined || isComponent(urn) ? [] : [{ urn, ...moment, dependencies }];
  });
  const again = await timed(() => deployment.preview());
  await deployment.destroy();
  const chain = longestChain(spans);
  return {
    openMs: opened.ms,
    preflightMs: preflight.ms,
    previewMs: preview.ms,
    upMs: up.ms,
    secondPreviewMs: again.ms,
    resources: spans.length,
    workMs: Math.max(...spans.map(({ end }) => end)) - Math.min(...spans.map(({ start }) => start)),
    chainMs: chain.ms,
    chain: chain.urns.map(nameOf),
  };
}

function isComponent(urn: string): boolean {
  return !/\$aws:[^$]*::|::aws:[^$]*::/.test(urn);
}

/** What `work` returns, and the milliseconds until it does. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly ms: number; readonly result: Result }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}
