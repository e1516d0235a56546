import type { AppliedAutomation } from "../braintrust/apply";
import type { DoctorReport } from "../doctor/doctor";
import { PipelineError } from "../errors";
import type { PipelineOutputs } from "../outputs";
import { type Arrival, awaited, type Waiting } from "./arrivals";

/** What each step does to the three systems; each may be done again and then finds what is there. */
export interface LaunchWork {
  readonly doctor: () => Promise<DoctorReport>;
  /** Asks once, before anything is changed. */
  readonly confirm: () => Promise<boolean>;
  /** Writes what Braintrust's API tells into the settings. @returns what it wrote, or that nothing was missing. */
  readonly settings: () => Promise<string>;
  readonly up: () => Promise<{ readonly summary: string; readonly outputs: PipelineOutputs }>;
  /** `undefined` without a key: somebody creates them in Braintrust's dialog, by what it has printed. */
  readonly exports: (outputs: PipelineOutputs) => Promise<readonly AppliedAutomation[] | undefined>;
  /** Sets Snowflake up, deploys its answers and loads. @returns the phase of the stack. */
  readonly snowflake: () => Promise<string>;
  /** The first export of a stream, as S3 lists it. */
  readonly firstExport: (outputs: PipelineOutputs, stream: string) => Promise<string | undefined>;
  readonly arrivals: (outputs: PipelineOutputs) => Promise<ReadonlyMap<string, Arrival>>;
  /** How long it waits for exports, and for rows. */
  readonly waiting: Waiting;
}

/** A step that was made. */
export interface LaunchStep {
  readonly id: "doctor" | "settings" | "up" | "exports" | "snowflake" | "file" | "row";
  readonly title: string;
  readonly seconds: number;
  /** What it proved. */
  readonly proof: string;
}

/** How far a launch came. */
export interface LaunchResult {
  /** `declined`: nothing was changed. */
  readonly outcome: "done" | "declined" | "stopped";
  readonly steps: readonly LaunchStep[];
  /** The step that failed, and why; the same launch again resumes there. */
  readonly stopped?: { readonly id: LaunchStep["id"]; readonly title: string; readonly error: unknown };
}

/** Titles of the steps, in their order. */
export const stepTitles: Readonly<Record<LaunchStep["id"], string>> = {
  doctor: "this machine and the accounts",
  settings: "Braintrust's ids in the settings",
  up: "AWS",
  exports: "exports in Braintrust",
  snowflake: "Snowflake",
  file: "first file in the bucket",
  row: "first row in Snowflake",
};

/** Brings a stack to its first row. No journal is kept: each step finds what is there, so that after a failure the same call resumes. */
export async function launch(
  work: LaunchWork,
  onStep: (title: string) => void = () => undefined,
): Promise<LaunchResult> {
  const steps: LaunchStep[] = [];
  const { now } = work.waiting;
  let current: LaunchStep["id"] = "doctor";
  const step = async <Found>(
    id: LaunchStep["id"],
    run: () => Promise<Found>,
    proof: (found: Found) => string,
  ): Promise<Found> => {
    current = id;
    const title = stepTitles[id];
    onStep(title);
    const began = now();
    const found = await run();
    steps.push({ id, title, seconds: Math.round((now() - began) / 1000), proof: proof(found) });
    return found;
  };
  const asItIs = (words: string) => words;
  try {
    await step("doctor", () => ready(work), asItIs);
    if (!(await work.confirm())) return { outcome: "declined", steps };
    await step("settings", work.settings, asItIs);
    const { outputs } = await step("up", work.up, ({ summary }) => summary);
    await step("exports", () => work.exports(outputs), exportWords);
    await step("snowflake", work.snowflake, (phase) => `set up and loaded; phase ${phase}`);
    await step("file", () => firstFiles(work, outputs), joined);
    await step("row", () => firstRows(work, outputs), joined);
    return { outcome: "done", steps };
  } catch (error) {
    return { outcome: "stopped", steps, stopped: { id: current, title: stepTitles[current], error } };
  }
}

function joined(texts: readonly string[]): string {
  return texts.join(", ");
}

/** @throws PipelineError with the fix of whatever stands in the way. */
async function ready({ doctor }: LaunchWork): Promise<string> {
  const { checks, summary } = await doctor();
  const failed = checks.filter(({ verdict }) => verdict === "fail");
  if (failed.length === 0) return `${summary.ok} of ${checks.length} checks are ok`;
  const lines = failed.map(({ name, evidence, fix }) => `\n  ${name}: ${evidence}; ${fix}`);
  throw new PipelineError(`not ready:${lines.join("")}`);
}

function exportWords(applied: readonly AppliedAutomation[] | undefined): string {
  if (applied === undefined) return "left to Braintrust's dialog";
  return applied
    .map(
      ({ stream, done, scheduled }) =>
        `${stream} ${done}, ${scheduled ? "scheduled" : "scheduled by the data plane"}`,
    )
    .join("; ");
}

const RUNS =
  "look at Runs of the automation in Braintrust (project settings, Data management): it shows the error of the last run, and " +
  '"Run once" starts one';

function firstFiles({ firstExport, waiting }: LaunchWork, outputs: PipelineOutputs): Promise<string[]> {
  return inOrder(outputs.streams, ({ name, url }) =>
    awaited(`export of stream ${name} below ${url}`, RUNS, () => firstExport(outputs, name), waiting),
  );
}

function firstRows({ arrivals, waiting }: LaunchWork, outputs: PipelineOutputs): Promise<string[]> {
  const lasting = "look at the errors of loads by the SQL of `sql --part check`";
  return inOrder(outputs.streams, ({ name, table }) => {
    const look = async () => {
      const found = (await arrivals(outputs)).get(name);
      return found !== undefined && found.rows > 0 ? found : undefined;
    };
    return awaited(`row of stream ${name} in ${table}`, lasting, look, waiting).then(
      ({ rows, lastEvent }) => {
        const event = lastEvent === undefined ? "" : `, last event received ${lastEvent}`;
        return `${rows} in ${table}${event}`;
      },
    );
  });
}

async function inOrder<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<string>,
): Promise<string[]> {
  const done: string[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}
