import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { projectDir } from "../automation/project/stack-file";
import { filledIn, TestProject } from "../test/engine/harness";
import { hasHost } from "../test/engine/node-host";
import { enterEngine, succeed } from "./engine";
import { median, type NotMeasured, timed } from "./measure";

/** Wall times of whole commands over a provider that answers at once: what is left is not the provider's. */
export interface RunnerTimes {
  /** From nothing to a whole stack, with the preview before it. */
  readonly upMs: number;
  /** Of the stack that is up, the middle one of several. */
  readonly previewMs: number;
  /** Of that stack, once more, with nothing to change. */
  readonly upAgainMs: number;
}

/** Who runs the program. */
export type Runner = "this project's command" | "pulumi, types unchecked" | "pulumi, types checked";

const PREVIEWS = 3;
const CHECKING = "tsconfig.checking.json";

/** Times each runner on a stack of its own. */
export async function timeRunners(): Promise<Readonly<Record<Runner, RunnerTimes | NotMeasured>>> {
  const leave = await enterEngine();
  try {
    const host = await hasHost("nodejs");
    const byPulumi = (checked: boolean) => (host ? timePulumi(checked) : NO_HOST);
    return {
      "this project's command": await timeCommand(),
      "pulumi, types unchecked": await byPulumi(false),
      "pulumi, types checked": await byPulumi(true),
    };
  } finally {
    await leave();
  }
}

const NO_HOST: NotMeasured = {
  notMeasured:
    "there is no pulumi-language-nodejs on PATH or beside the Pulumi CLI (`npm run build:node-host`)",
};

async function timeCommand(): Promise<RunnerTimes> {
  return timeProject(async (project) => ({
    up: () => succeed(project, ["up", "--create", "--yes"]),
    preview: () => succeed(project, ["preview", "--expect-no-changes"]),
  }));
}

/** `pulumi` itself on the project's files, with its own check of types or with this project's answer to it. */
async function timePulumi(checked: boolean): Promise<RunnerTimes> {
  return timeProject(async (project) => {
    const { stack } = project;
    await project.linkProgram();
    if (checked) await checkTypes(project);
    await project.pulumi("stack", "init", stack);
    return {
      up: () => project.pulumi("up", "--stack", stack, "--yes"),
      preview: () => project.pulumi("preview", "--stack", stack, "--expect-no-changes"),
    };
  });
}

async function checkTypes(project: TestProject): Promise<void> {
  const { compilerOptions } = JSON.parse(await readFile(join(projectDir, "tsconfig.json"), "utf8"));
  // Written out, since Pulumi does not follow `extends`; `swc` would leave the check out.
  const checking = { compilerOptions, "ts-node": { swc: false } };
  await writeFile(join(project.dir, CHECKING), JSON.stringify(checking));
  const file = join(project.dir, "Pulumi.yaml");
  const description = parseDocument(await readFile(file, "utf8"));
  description.setIn(["runtime", "options", "tsconfig"], CHECKING);
  await writeFile(file, description.toString());
  project.tsconfig = CHECKING;
}

async function timeProject(
  operationsOf: (project: TestProject) => Promise<Readonly<Record<"up" | "preview", () => Promise<unknown>>>>,
): Promise<RunnerTimes> {
  const project = await TestProject.create("dev", { ...filledIn, events: { mode: "sns" } });
  try {
    const { up, preview } = await operationsOf(project);
    const created = await timed(up);
    const previews: number[] = [];
    for (let count = 0; count < PREVIEWS; count += 1) previews.push((await timed(preview)).ms);
    const again = await timed(up);
    return { upMs: created.ms, previewMs: median(previews), upAgainMs: again.ms };
  } finally {
    await project.remove();
  }
}
