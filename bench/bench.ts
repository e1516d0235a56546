import { type ExecFileException, execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import Table from "cli-table3";
import { z } from "zod";
import { messageOf, UsageError } from "../automation/errors";
import { projectDir } from "../automation/project/stack-file";
import { EmulatorMissingError } from "../automation/sandbox/emulator";
import { lastLines } from "../automation/sandbox/ministack";
import { fixtureProject } from "../test/fixtures/project";
import { countCliCalls } from "./cli-calls";
import { timeDeployment } from "./deployment";
import { goalRow, goalsOf, isMet } from "./goals";
import { type NotMeasured, timed } from "./measure";
import { type ReconciliationCost, reconciliationCost } from "./reconciliation-cost";
import { type Evaluation, type Findings, figuresOf, rowsOf } from "./report";
import { timeRunners } from "./runners";

const PARTS = ["evaluation", "plan", "runners", "calls", "emulator", "tests", "reconciliation"] as const;
type Part = (typeof PARTS)[number];

const STREAMS = [1, 10, 100, 1_000] as const;
const evaluationSchema = z.object({
  streams: z.number(),
  loadMs: z.number(),
  firstMs: z.number(),
  againMs: z.number(),
  memoryMb: z.number(),
  resources: z.number(),
});

/** Measures the parts that are named, or all, prints two tables, and writes bench.json beside package.json. */
async function main(args: readonly string[]): Promise<void> {
  const parts = partsOf(args);
  const measure = <Found>(part: Part, work: () => Promise<Found>): Promise<Found | NotMeasured> => {
    if (!parts.includes(part)) return Promise.resolve({ notMeasured: "left out" });
    note(`measuring: ${part}`);
    return work();
  };
  const findings: Findings = {
    evaluations: await measure("evaluation", evaluate),
    planMs: await measure("plan", planMs),
    runners: await measure("runners", timeRunners),
    calls: await measure("calls", countCliCalls),
    deployment: await measure("emulator", deploymentTimes),
    testsMs: await measure("tests", testsMs),
    reconciliation: await measure("reconciliation", reconciliation),
  };
  const goals = goalsOf(figuresOf(findings)).map((goal) => ({ ...goal, met: isMet(goal) }));
  printTable(["measured", "figure", ""], rowsOf(findings));
  printTable(["goal", "limit", "figure", ""], goals.map(goalRow));
  const [load = 0] = loadavg();
  const surroundings = { node: process.version, cpus: cpus().length, load };
  process.stdout.write(
    `Node ${surroundings.node}, ${surroundings.cpus} CPUs, load ${load.toFixed(1)} at the end\n`,
  );
  const file = path.join(projectDir, "bench.json");
  await writeFile(file, `${JSON.stringify({ surroundings, goals, ...findings }, null, 2)}\n`);
}

function partsOf(args: readonly string[]): readonly Part[] {
  const chosen = PARTS.filter((part) => args.includes(part));
  const unknown = args.find((arg) => !chosen.some((part) => part === arg));
  if (unknown !== undefined) {
    throw new UsageError(`"${unknown}" is no part of the benchmark: name some of ${PARTS.join(", ")}`);
  }
  return chosen.length === 0 ? PARTS : chosen;
}

async function evaluate(): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const streams of STREAMS) {
    const { stdout } = await node(path.join(__dirname, "evaluation.ts"), `${streams}`);
    evaluations.push(evaluationSchema.parse(JSON.parse(stdout)));
  }
  return evaluations;
}

async function reconciliation(): Promise<ReconciliationCost> {
  const { stdout } = await node(path.join(__dirname, "reconciliation.ts"));
  return reconciliationCost.parse(JSON.parse(stdout));
}

async function planMs(): Promise<number> {
  const cli = path.join(projectDir, "automation", "cli.ts");
  return (await timed(() => node(cli, "plan", "--stack", "dev", "--cwd", fixtureProject))).ms;
}

async function deploymentTimes() {
  try {
    return await timeDeployment(note);
  } catch (error) {
    if (!(error instanceof EmulatorMissingError)) throw error;
    return { notMeasured: "there is no AWS emulator on this machine" };
  }
}

async function testsMs(): Promise<number | NotMeasured> {
  try {
    return (await timed(() => run("npm", "test"))).ms;
  } catch (thrown) {
    const { stdout = "" } = thrown as ExecFileException;
    return { notMeasured: `npm test failed: ${lastLines(stdout, 3)}` };
  }
}

function node(script: string, ...args: readonly string[]): Promise<{ stdout: string }> {
  return run(process.execPath, "-r", "ts-node/register", script, ...args);
}

function run(program: string, ...args: readonly string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(program, [...args], { cwd: projectDir, maxBuffer: 64 * 1024 * 1024 });
}

function printTable(head: string[], rows: readonly (readonly string[])[]): void {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  process.stdout.write(`${table.toString()}\n`);
}

function note(message: string): void {
  process.stderr.write(`${message}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  note(messageOf(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
