import type { Command } from "@commander-js/extra-typings";
import { settingsError } from "../../components/settings/problems";
import { parseSettings } from "../../components/settings/read-settings";
import { PROJECT } from "../../components/settings/settings";
import { commandLine } from "../command-line";
import { UsageError } from "../errors";
import { newExternalId } from "../project/external-id";
import { createStackFile, projectDir, readProject, stackFileNames } from "../project/stack-file";
import { ownName } from "../project/stack-name";
import { isInteractive, note, print } from "../terminal/terminal";
import { choice, type OptionsOf, onStack } from "./options/definitions";

const options = (command: Command) =>
  onStack(command)
    .option("--region <region>", "AWS region, if possible that of your Snowflake account")
    .option("--streams <names>", "comma-separated, one for each Braintrust export (default: logs)")
    .addOption(choice("--format <format>", "file format (default: jsonl)", ["jsonl", "parquet"]))
    .addOption(
      choice("--events <mode>", "how Snowflake learns of new files (default: snowflake-queue)", [
        "snowflake-queue",
        "sns",
        "queue",
        "none",
      ]),
    )
    .addOption(choice("--access <access>", "how Snowflake reads (default: role)", ["role", "user"]))
    .option("--account-id <id>", "AWS account ID that Braintrust shows")
    .option("--org-id <id>", "ID of your Braintrust organization")
    .option("--iam-user-arn <arn>", "STORAGE_AWS_IAM_USER_ARN of your Snowflake account");

/** What `init` is called with. */
export type InitOptions = OptionsOf<typeof options>;

/** `init` on the command line. */
export function defineInit(command: Command): void {
  options(command).action(init);
}

/** `init`: writes the settings of a new stack, its external id among them. */
async function init(options: InitOptions): Promise<void> {
  const { stack, cwd: dir = projectDir } = options;
  const known = await stackFileNames(dir);
  await readProject(dir);
  if (known.includes(ownName(stack))) {
    throw new UsageError(`Pulumi.${ownName(stack)}.yaml exists already: edit it, or choose another name`);
  }
  const answers = isInteractive() ? await ask(options) : options;
  const config = initialConfig(answers);
  const { settings, problems } = parseSettings({ stack: ownName(stack), values: config });
  if (settings === undefined) throw new UsageError(settingsError({ stack }, problems));
  await createStackFile(stack, config, dir);
  print(`wrote Pulumi.${ownName(stack)}.yaml`);
  note(`next: ${commandLine("plan", stack)}`);
}

/** The settings of a new stack: what was answered, and an external id of our own. */
function initialConfig(options: InitOptions): Record<string, unknown> {
  const {
    stack,
    region,
    accountId,
    orgId,
    iamUserArn,
    access = "role",
    events = "snowflake-queue",
  } = options;
  if (region === undefined)
    throw new UsageError("--region is needed: the region of your Snowflake account, if it is on AWS");
  const streams = (options.streams ?? "logs").split(",").map((name) => ({
    name: name.trim(),
    format: options.format ?? "jsonl",
  }));
  return {
    "aws:region": region,
    "aws:defaultTags": { tags: { project: PROJECT, stack: ownName(stack) } },
    [`${PROJECT}:streams`]: streams,
    [`${PROJECT}:braintrust`]: { accountId: accountId ?? null, orgId: orgId ?? null },
    [`${PROJECT}:snowflake`]: {
      access,
      ...(access === "role" || iamUserArn !== undefined ? { iamUserArn: iamUserArn ?? null } : {}),
      ...(access === "role" ? { externalId: newExternalId(ownName(stack)) } : {}),
    },
    [`${PROJECT}:events`]: { mode: events },
  };
}

async function ask(given: InitOptions): Promise<InitOptions> {
  const prompts = await import("@clack/prompts");
  const output = process.stderr;
  const text = async (
    message: string,
    known: string | undefined,
    initialValue = "",
  ): Promise<string | undefined> => {
    if (known !== undefined) return known;
    const answer = await prompts.text({ message, initialValue, output });
    if (prompts.isCancel(answer)) throw new UsageError("cancelled: nothing was written");
    return answer.trim() || undefined;
  };
  const choose = async (message: string, known: string | undefined, choices: readonly string[]) => {
    if (known !== undefined) return known;
    const answer = await prompts.select({ message, options: choices.map((value) => ({ value })), output });
    if (prompts.isCancel(answer)) throw new UsageError("cancelled: nothing was written");
    return answer;
  };
  const region = await text("AWS region (that of your Snowflake account)", given.region, "us-east-1");
  const streams = await text(
    "Streams, comma-separated, one for each Braintrust export",
    given.streams,
    "logs",
  );
  const format = await choose("Format of the exports", given.format, ["jsonl", "parquet"]);
  const access = await choose("How Snowflake reads", given.access, ["role", "user"]);
  const events = await choose("How Snowflake learns of new files", given.events, [
    "snowflake-queue",
    "sns",
    "queue",
    "none",
  ]);
  const accountId = await text("Braintrust's AWS account id (empty: later)", given.accountId);
  const orgId = await text("Your Braintrust organization's id (empty: later)", given.orgId);
  const iamUserArn =
    access === "role"
      ? await text(
          "STORAGE_AWS_IAM_USER_ARN of any S3 integration of your Snowflake account (empty: later)",
          given.iamUserArn,
        )
      : given.iamUserArn;
  return withoutUndefined({
    stack: given.stack,
    region,
    streams,
    format,
    access,
    events,
    accountId,
    orgId,
    iamUserArn,
  });
}

function withoutUndefined(answers: Record<string, string | undefined> & { stack: string }): InitOptions {
  const given = Object.entries(answers).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), stack: answers.stack };
}
