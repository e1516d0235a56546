import { type Change, renderChanges, summarize } from "../changes";
import { Deployment } from "../deployment";
import { PipelineError } from "../errors";
import { ensureExternalId } from "../external-id";
import { refuseFullBuckets } from "../full-buckets";
import { confirm, note, print, printJson, type StackCommandOptions, withProgress } from "../terminal";

/** What every command that changes something takes. */
export interface ChangingCommandOptions extends StackCommandOptions {
  /** Answers the question before the change. */
  readonly yes?: boolean;
}

/** `preview`: what `up` would change. */
export async function preview(
  options: StackCommandOptions & { readonly expectNoChanges?: boolean; readonly refresh?: boolean },
): Promise<void> {
  await withProgress(async (progress) => {
    const deployment = await Deployment.open({ ...progress, stack: options.stack, workDir: options.cwd });
    const changes = await deployment.preview({ refresh: options.refresh });
    print(renderChanges(changes));
    if (options.expectNoChanges && changes.length > 0) {
      throw new PipelineError(
        `stack "${options.stack}" was expected to have no changes, and has ${summarize(changes)}`,
      );
    }
  });
}

/** `up`: previews, asks, deploys. */
export async function up(
  options: ChangingCommandOptions & {
    readonly create?: boolean;
    readonly refresh?: boolean;
    readonly allowLoss?: boolean;
  },
): Promise<void> {
  const { stack, cwd, create, refresh, allowLoss } = options;
  const externalId = await ensureExternalId(stack, cwd);
  if (externalId !== undefined) note(`wrote snowflake.externalId, ${externalId}, into Pulumi.${stack}.yaml`);
  await withProgress(async (progress) => {
    const deployment = await Deployment.open({ ...progress, stack, workDir: cwd, create });
    const expected = await deployment.preview({ refresh });
    note(renderChanges(expected));
    if (expected.length > 0 && !(await confirm(`Change stack "${stack}"?`, options.yes))) return declined();
    const { changes, outputs } = await deployment.up({ refresh, allowLoss }, expected);
    print(`stack "${stack}": ${summarize(changes)}; phase ${outputs.phase}`);
  });
}

/** `refresh`: reads the live resources into the state. */
export async function refresh({ stack, cwd, yes }: ChangingCommandOptions): Promise<void> {
  await withProgress(async (progress) => {
    const deployment = await Deployment.open({ ...progress, stack, workDir: cwd });
    const expected = await deployment.previewRefresh();
    note(renderChanges(expected));
    if (expected.length > 0 && !(await confirm(`Take the live state of "${stack}" over?`, yes)))
      return declined();
    print(`stack "${stack}": ${summarize(await deployment.refresh(expected))}`);
  });
}

/** `destroy`: explains what stands in its way, asks, deletes. */
export async function destroy(
  options: ChangingCommandOptions & { readonly remove?: boolean },
): Promise<void> {
  const { stack, cwd } = options;
  await withProgress(async (progress) => {
    const deployment = await Deployment.open({ ...progress, stack, workDir: cwd });
    await deployment.refuseProtected();
    await refuseFullBuckets(deployment, note);
    const expected: Change[] = await deployment.previewDestroy();
    note(renderChanges(expected));
    if (expected.length > 0 && !(await confirm(`Delete all of stack "${stack}"?`, options.yes)))
      return declined();
    const changes = await deployment.destroy(expected);
    if (options.remove) await deployment.remove();
    print(`stack "${stack}": ${summarize(changes)}${options.remove ? "; removed" : ""}`);
  });
}

/** `outputs`: what the last update left for Snowflake, Braintrust and scripts. */
export async function outputs(
  options: StackCommandOptions & { readonly json?: boolean; readonly showSecrets?: boolean },
): Promise<void> {
  const deployment = await Deployment.open({ stack: options.stack, workDir: options.cwd, onNote: note });
  const values = Object.fromEntries(
    Object.entries(await deployment.rawOutputs()).map(([name, { value, secret }]): [string, unknown] => [
      name,
      secret && !options.showSecrets ? "[secret]" : value,
    ]),
  );
  if (Object.keys(values).length === 0) {
    throw new PipelineError(
      `stack "${options.stack}" has no outputs yet; run \`up --stack ${options.stack}\` first`,
    );
  }
  if (options.json) return printJson(values);
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  for (const [name, value] of Object.entries(values)) {
    print(`${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`);
  }
}

function declined(): void {
  note("nothing was changed");
}
