import type { CliCalls } from "./cli-calls";
import type { DeploymentTimes } from "./deployment";
import { type Figures, seconds } from "./goals";
import type { NotMeasured } from "./measure";
import type { ReconciliationCost } from "./reconciliation-cost";
import type { Runner, RunnerTimes } from "./runners";

/** How long an evaluation of the program takes, in a process of its own. */
export interface Evaluation {
  readonly streams: number;
  /** To load the program: the SDKs' modules and its own. */
  readonly loadMs: number;
  /** Of the first evaluation, once it is loaded. */
  readonly firstMs: number;
  /** Of another one in the same process. */
  readonly againMs: number;
  readonly memoryMb: number;
  readonly resources: number;
}

/** Everything that a run of the benchmark found. */
export interface Findings {
  readonly evaluations: readonly Evaluation[] | NotMeasured;
  /** The command `plan`, from its start to its end. */
  readonly planMs: number | NotMeasured;
  readonly runners: Readonly<Record<Runner, RunnerTimes | NotMeasured>> | NotMeasured;
  readonly calls: CliCalls | NotMeasured;
  readonly deployment: DeploymentTimes | NotMeasured;
  readonly testsMs: number | NotMeasured;
  readonly reconciliation: ReconciliationCost | NotMeasured;
}

/** A row: what was measured, the figure, what it consists of. */
export type Row = readonly [what: string, figure: string, detail: string];

/** What the goals are judged by. */
export function figuresOf({
  evaluations,
  planMs,
  runners,
  calls,
  deployment,
  testsMs,
  reconciliation,
}: Findings): Figures {
  const times = (runner: Runner) => figure(runners, (all) => all[runner]);
  const preview = (runner: Runner) => figure(times(runner), ({ previewMs }) => previewMs);
  const toChecked = (runner: Runner) =>
    figure(times(runner), ({ previewMs }) =>
      figure(preview("pulumi, types checked"), (checkedMs) => previewMs / checkedMs),
    );
  const toOne = (count: number) =>
    figure(evaluations, (all) => {
      const [one, many] = [1, count].map((each) => all.find(({ streams }) => streams === each));
      return one && many ? wholeMs(many) / wholeMs(one) : Number.NaN;
    });
  return {
    hundredToOne: toOne(100),
    thousandToOne: toOne(1_000),
    thousandMb: figure(evaluations, (all) => Math.max(...all.map(({ memoryMb }) => memoryMb))),
    planMs,
    previewMs: preview("this project's command"),
    pulumiPreviewMs: preview("pulumi, types unchecked"),
    previewToChecked: toChecked("this project's command"),
    pulumiPreviewToChecked: toChecked("pulumi, types unchecked"),
    upAgainMs: figure(times("this project's command"), ({ upAgainMs }) => upAgainMs),
    previewCalls: figure(calls, ({ preview }) => preview),
    upCalls: figure(calls, ({ up }) => up),
    upToChain: figure(deployment, ({ upMs, chainMs }) => upMs / chainMs),
    testsMs,
    reconciliationMs: figure(reconciliation, ({ ms }) => ms),
    reconciliationMb: figure(reconciliation, ({ peakMb }) => peakMb),
  };
}

/** The table of what was measured. */
export function rowsOf({ evaluations, planMs, runners, deployment }: Findings): Row[] {
  return [
    ...rows("evaluation", evaluations, (all) => all.map(evaluationRow)),
    ...rows("plan, whole command", planMs, (ms) => [["plan, whole command", seconds(ms), ""]]),
    ...rows("preview and up beyond the provider", runners, (all) =>
      Object.entries(all).flatMap(([runner, times]) =>
        rows(`beyond the provider: ${runner}`, times, ({ previewMs, upMs, upAgainMs }) => [
          [
            `beyond the provider: ${runner}`,
            seconds(previewMs),
            `preview; first up with its preview ${seconds(upMs)}, second up ${seconds(upAgainMs)}`,
          ],
        ]),
      ),
    ),
    ...rows("preview and up in the emulator", deployment, deploymentRows),
  ];
}

/** What each preview pays: the program is loaded for each. */
function wholeMs({ loadMs, firstMs }: Evaluation): number {
  return loadMs + firstMs;
}

function evaluationRow(evaluation: Evaluation): Row {
  const { streams, loadMs, againMs, memoryMb, resources } = evaluation;
  const detail = `${seconds(loadMs)} of it to load it; again ${seconds(againMs)}, ${Math.round(memoryMb)} MB, ${resources} resources`;
  return [
    `evaluation, ${streams} ${streams === 1 ? "stream" : "streams"}`,
    seconds(wholeMs(evaluation)),
    detail,
  ];
}

function deploymentRows(times: DeploymentTimes): Row[] {
  const { chain, terraform } = times;
  const links = chain
    .map(({ name, startMs, ms }) => `${name} ${seconds(ms)} from ${seconds(startMs)} on`)
    .join(" > ");
  return [
    ["emulator: opening the stack", seconds(times.openMs), ""],
    ["emulator: look before an update", seconds(times.preflightMs), ""],
    ["emulator: first preview", seconds(times.previewMs), `${times.resourceCount} resources`],
    ["emulator: up", seconds(times.upMs), `${seconds(times.workMs)} from the first resource to the last`],
    ["emulator: longest chain of waits", seconds(times.chainMs), links],
    ["emulator: preview after up", seconds(times.secondPreviewMs), changes(times)],
    ["emulator: destroy", seconds(times.destroyMs), ""],
    ...rows("emulator: Terraform", terraform, (made): Row[] => [
      ["emulator: terraform plan", seconds(made.planMs), "the same resources, the same order"],
      ["emulator: terraform apply", seconds(made.applyMs), "of that plan"],
      ["emulator: terraform plan after apply", seconds(made.secondPlanMs), changes(made)],
      ["emulator: terraform destroy", seconds(made.destroyMs), ""],
    ]),
  ];
}

const changes = ({ settled }: { readonly settled: boolean }) => (settled ? "no changes" : "has changes");

function rows<Found>(what: string, found: Found | NotMeasured, show: (found: Found) => Row[]): Row[] {
  return isMissing(found) ? [[what, "not measured", found.notMeasured]] : show(found);
}

function figure<Found, Value>(
  found: Found | NotMeasured,
  read: (found: Found) => Value,
): Value | NotMeasured {
  return isMissing(found) ? found : read(found);
}

function isMissing(found: unknown): found is NotMeasured {
  return typeof found === "object" && found !== null && "notMeasured" in found;
}
