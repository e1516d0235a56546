import { type Command, InvalidArgumentError, Option, type OptionValues } from "@commander-js/extra-typings";

// What the help says of options that several commands have.

/** Of `--wait`. */
export const WAIT = "wait up to this many minutes for another update that has the stack lock (default: 0)";
/** Of `--timeout`. */
export const TIMEOUT = "cancel after this many minutes (default: 60)";
/** Of `--yes`. */
export const YES = "apply the changes without asking";
/** Of `--skip-preflight`. */
export const SKIP_PREFLIGHT = "skip pre-flight checks of credentials, backend and bucket";
/** Of `--policy-pack`. */
export const POLICY_PACK =
  "policy pack that checks the resources: its folder or executable (this project's: policy)";
const CWD = "folder of Pulumi.yaml and the stacks' files (default: this project)";

/** The options of a command that is for one stack. */
export function onStack(command: Command) {
  return command
    .requiredOption(
      "-s, --stack <name>",
      "stack: the <name> of Pulumi.<name>.yaml, or organization/project/<name>",
    )
    .option("-C, --cwd <dir>", CWD);
}

/** The options of a command that estimates what a stack costs. */
export function forTraffic<Arguments extends unknown[], Options extends OptionValues>(
  command: Command<Arguments, Options>,
) {
  return command
    .option("--gb-per-day <gb>", "GB that Braintrust exports per day (default: 1)")
    .option("--files-per-day <count>", "files that Braintrust exports per day (default: 24 per stream)")
    .option("--months <count>", "number of months to estimate (default: 12)")
    .option("--credit-usd <usd>", "price of a Snowflake credit in USD (default: 3, Enterprise on demand)")
    .option(
      "--text-ratio <ratio>",
      "uncompressed size of jsonl files, as a multiple of their own (default: 5)",
    );
}

/** The options of a command that is for one stack or several. */
export function onSeveralStacks(command: Command) {
  return command
    .option("-s, --stack <name>", "stack: the <name> of Pulumi.<name>.yaml, or organization/project/<name>")
    .option("--stacks <names>", "names, separated by commas, in this order")
    .option("--all", "every stack with a settings file, in alphabetical order")
    .option("--parallel <number>", "number of stacks at the same time (default: 1)", numeric)
    .option("-C, --cwd <dir>", CWD);
}

/** The options of an operation of the engine that changes something. */
export function changing(command: Command) {
  return onSeveralStacks(command)
    .option(
      "--keep-going",
      "with several stacks: continue with the rest after a failure, which stops them otherwise",
    )
    .option("-y, --yes", YES)
    .option("--timeout <minutes>", TIMEOUT, numeric)
    .option("--wait <minutes>", WAIT, numeric);
}

/** The options of a command that creates Braintrust's exports. */
export function exporting(command: Command) {
  return onStack(command)
    .option("--project <name or id>", "Braintrust project; needs BRAINTRUST_API_KEY in the environment")
    .addOption(
      choice("--export-type <type>", "one row per span or per trace (default: spans)", ["spans", "traces"]),
    )
    .option("--interval-seconds <seconds>", "seconds between exports (default: 3600)", numeric)
    .addOption(apiUrl());
}

/** Where Braintrust's API is, by the variable that Braintrust's own tools read as well. */
export function apiUrl() {
  const description = "URL of Braintrust's API, in the EU (https://api-eu.braintrust.dev) or self-hosted";
  return new Option("--api-url <url>", description).env("BRAINTRUST_API_URL");
}

/** Reads an option's value that must be a number. */
export function numeric(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value))
    throw new InvalidArgumentError("It must be a number: write it like 60.");
  return value;
}

/** An option with the values that help and completion offer; its command refuses others. */
export function choice<Flags extends string>(flags: Flags, description: string, choices: readonly string[]) {
  return Object.assign(new Option(flags, description), { argChoices: [...choices] });
}

/** The earlier form of an option, without a line in the help. */
export function earlier<Flags extends string>(flags: Flags) {
  return new Option(flags).hideHelp();
}

/** What a command is called with, by the options that it has. */
export type OptionsOf<Options extends (command: Command) => { opts(): unknown }> = Called<
  ReturnType<ReturnType<Options>["opts"]>
>;
type Called<Values> = {
  readonly [Name in keyof Values]: true extends Values[Name] ? boolean | Values[Name] : Values[Name];
};
