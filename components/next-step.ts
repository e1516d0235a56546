import { type Phase, PROJECT, phaseOf, type Settings } from "./settings/settings";

/** What to do next in each phase, for whoever reads the stack's outputs and knows Pulumi alone. */
const steps: Readonly<Record<Phase, (settings: Settings) => string>> = {
  "awaiting-braintrust": ({ braintrust }) => {
    const writers = braintrust.principalArns ?? braintrust.accountId;
    const unknown = [
      ...(writers === undefined ? ["accountId"] : []),
      ...(braintrust.orgId === undefined ? ["orgId"] : []),
    ];
    const commands = unknown.map((id) => `pulumi config set --path ${PROJECT}:braintrust.${id} ID`);
    return `add an S3 export in Braintrust: its dialog shows the ID for ${inBackticks(commands)}; then \`pulumi up\``;
  },
  "awaiting-snowflake": ({ stack }) => connecting("setup", stack),
  "awaiting-channel": ({ stack }) => connecting("load", stack),
  connected: ({ stack, snowflake, events }) => {
    const verify = `check the pipeline: ${inBackticks([command("verify", stack)])}`;
    // With keys and without pipes, Snowflake has no answer for the settings by which its side could be known.
    const isUnknown = snowflake.access === "user" && (events.mode === "queue" || events.mode === "none");
    const setUp = `set up Snowflake, unless you have: ${inBackticks([command("connect --run", stack)])}`;
    return isUnknown ? `${setUp}; then ${verify}` : verify;
  },
};

/** The next step in setting up the stack that these settings describe. */
export function nextStep(settings: Settings): string {
  return steps[phaseOf(settings)](settings);
}

function connecting(part: "setup" | "load", stack: string): string {
  const byHand = inBackticks([command(`sql --part ${part}`, stack), command("connect", stack)]);
  return `connect Snowflake: ${inBackticks([command("connect --run", stack)])}; without the Snowflake CLI by hand, ${byHand}`;
}

function inBackticks(commands: readonly string[]): string {
  return commands.map((text) => `\`${text}\``).join(" and ");
}

/** A command of the package's, as it is typed in a project that depends on it and in a checkout. */
function command(words: string, stack: string): string {
  return `npx braintrust-snowflake ${words} --stack ${stack}`;
}
