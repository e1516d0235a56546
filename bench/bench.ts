import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import Table from "cli-table3";
import { z } from "zod";
import { projectDir } from "../automation/project";
import { EmulatorMissingError } from "../automation/sandbox/emulator";
import { type DeploymentTimes, timeDeployment, timed } from "./deployment";

const run = promisify(execFile);
const evaluationSchema = z.object({
  streams: z.number(),
  coldMs: z.number(),
  warmMs: z.number(),
  memoryMb: z.number(),
  resources: z.number(),
});
type Evaluation = z.infer<typeof evaluationSchema>;
/** A row: what was measured, the figure, what it consists of. */
type Row = readonly [what: string, figure: string, detail: string];

const STREAMS = [1, 10, 100] as const;

/** Measures, prints a table, and writes bench.json beside package.json. */
async function main(): Promise<void> {
  const evaluations: Evaluation[] = [];
  for (const streams of STREAMS) {
    const { stdout } = await node(path.join(__dirname, "evaluation.ts"), `${streams}`);
    evaluations.push(evaluationSchema.parse(JSON.parse(stdout)));
  }
  const cli = path.join(projectDir, "automation", "cli.ts");
  const plan = await timed(() => node(cli, "plan", "--stack", "dev"));
  const deployment = await deploymentTimes();
  const table = new Table({ head: ["measured", "figure", ""], style: { head: [], border: [] } });
  table.push(...rows(evaluations, plan.ms, deployment).map((row) => [...row]));
  process.stdout.write(`${table.toString()}\n`);
  const [load = 0] = loadavg();
  const surroundings = { node: process.version, cpus: cpus().length, load };
  process.stdout.write(`Node ${surroundings.node}, ${surroundings.cpus} CPUs, load ${load.toFixed(1)}\n`);
  const file = path.join(projectDir, "bench.json");
  const report = { surroundings, evaluations, planMs: plan.ms, deployment };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

function rows(
  evaluations: readonly Evaluation[],
  planMs: number,
  deployment: DeploymentTimes | { readonly notMeasured: string },
): Row[] {
  const found: Row[] = evaluations.map(({ streams, coldMs, warmMs, memoryMb, resources }) => [
    `evaluation, ${streams} streams`,
    ms(coldMs),
    `again ${ms(warmMs)}, ${Math.round(memoryMb)} MB, ${resources} resources`,
  ]);
  const [one, , hundred] = evaluations;
  if (one !== undefined && hundred !== undefined) {
    const ratio = (hundred.coldMs / one.coldMs).toFixed(2);
    found.push(["100 streams to one", ratio, `memory ${(hundred.memoryMb / one.memoryMb).toFixed(2)}`]);
  }
  found.push(["plan, whole command", ms(planMs), ""]);
  if ("notMeasured" in deployment) {
    return [...found, ["preview, up", "not measured", deployment.notMeasured]];
  }
  const { openMs, preflightMs, previewMs, secondPreviewMs, upMs, workMs, chainMs, chain, resources } =
    deployment;
  return [
    ...found,
    ["opening the stack", ms(openMs), ""],
    ["look before an update", ms(preflightMs), ""],
    ["preview", ms(previewMs), `${resources} resources; after up ${ms(secondPreviewMs)}`],
    ["up", ms(upMs), `${ms(workMs)} of it from the first resource to the last`],
    ["longest chain of waits", ms(chainMs), chain.join(" > ")],
    ["up's work to its longest chain", (workMs / chainMs).toFixed(2), ""],
  ];
}

async function deploymentTimes(): Promise<DeploymentTimes | { readonly notMeasured: string }> {
  try {
    return await timeDeployment((message) => process.stderr.write(`${message}\n`));
  } catch (error) {
    if (!(error instanceof EmulatorMissingError)) throw error;
    return { notMeasured: "there is no AWS emulator on this machine" };
  }
}

function node(script: string, ...args: readonly string[]): Promise<{ stdout: string }> {
  return run(process.execPath, ["-r", "ts-node/register", script, ...args], {
    cwd: projectDir,
    maxBuffer: 16 * 1024 * 1024,
  });
}

const ms = (value: number): string => `${Math.round(value)} ms`;

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
