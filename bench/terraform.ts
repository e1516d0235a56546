import { type ExecFileException, execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { EmulatorAccess } from "../automation/sandbox/emulator";
import { lastLines } from "../automation/sandbox/ministack";
import { type NotMeasured, timed } from "./measure";
import { cliConfiguration } from "./terraform-cli";

/** Wall times of the same resources made by Terraform, in milliseconds. */
export interface TerraformTimes {
  readonly planMs: number;
  readonly applyMs: number;
  readonly secondPlanMs: number;
  /** Whether that plan had nothing left to do. */
  readonly settled: boolean;
  readonly destroyMs: number;
}

/** Makes and deletes what a configuration says, in an account that has none of it. */
export async function timeTerraform(
  configuration: object,
  { environment }: Pick<EmulatorAccess, "environment">,
): Promise<TerraformTimes | NotMeasured> {
  const folder = await mkdtemp(join(tmpdir(), "braintrust-snowflake-terraform-"));
  const configured = await cliConfiguration(folder);
  const terraform = (command: string, ...args: readonly string[]) =>
    promisify(execFile)("terraform", [command, "-input=false", "-no-color", ...args], {
      cwd: folder,
      env: {
        ...process.env,
        ...environment,
        ...configured,
        TF_IN_AUTOMATION: "true",
        CHECKPOINT_DISABLE: "true",
      },
    });
  try {
    await writeFile(join(folder, "main.tf.json"), JSON.stringify(configuration, null, 2));
    await terraform("init");
    const plan = await timed(() => terraform("plan", "-out=planned"));
    const apply = await timed(() => terraform("apply", "planned"));
    const again = await timed(() => terraform("plan"));
    const destroy = await timed(() => terraform("destroy", "-auto-approve"));
    const settled = again.result.stdout.includes("No changes.");
    return {
      planMs: plan.ms,
      applyMs: apply.ms,
      secondPlanMs: again.ms,
      settled,
      destroyMs: destroy.ms,
    };
  } catch (thrown) {
    const { code, stderr = "", cmd = "" } = thrown as ExecFileException;
    if (code === "ENOENT") return { notMeasured: "there is no terraform on PATH" };
    if (stderr === "") throw thrown;
    return { notMeasured: `${cmd.split(" ").slice(0, 2).join(" ")}: ${lastLines(stderr, 3)}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
