import { deployPipeline } from "../../components/program";
import { accountIdsOf } from "../../components/settings/provider-settings";
import { ENCRYPTED } from "../../components/settings/values";
import { fillIns } from "../project/fill-ins";
import { readStackFile, type StackFile, settingsOf } from "../project/stack-file";
import { alarmWarnings } from "./alarm-warnings";
import { EXAMPLE_ACCOUNT } from "./arn-names";
import { type Evaluation, evaluate } from "./evaluation";
import { type PlanProblem, warnings } from "./problems";

/** The whole program, evaluated offline. */
export interface Plan extends Evaluation {
  readonly stack: string;
  readonly problems: readonly PlanProblem[];
}

/** Shown where neither the stack's file nor the environment tells the real one. */
const EXAMPLE_REGION = "us-east-1";

/**
 * Evaluates the program for a stack's file without AWS, Pulumi's command line or a network. Settings still unset are
 * among the plan's problems.
 *
 * @param accountId where the settings name no single account, or another one is meant.
 * @throws UsageError where the stack has no file or its settings cannot be used.
 */
export async function planStack(stack: string, dir?: string, accountId?: string): Promise<Plan> {
  const file = await readStackFile(stack, dir);
  const settings = settingsOf(file);
  const { region } = settings;
  const place = {
    stack: file.stack,
    accountId: accountId ?? allowedAccount(file) ?? EXAMPLE_ACCOUNT,
    region: region === undefined || region === ENCRYPTED ? EXAMPLE_REGION : region,
  };
  const evaluation = await evaluate(place, asText(file.values), file.secretKeys ?? [], deployPipeline);
  const problems = [
    ...fillIns(settings),
    ...warnings(settings, file),
    ...alarmWarnings(settings, file, evaluation.resources),
  ];
  return { stack: file.stack, ...evaluation, problems };
}

/** The one account that the provider may deploy to, if the stack's file names it. */
function allowedAccount({ values }: StackFile): string | undefined {
  const [first, ...others] = accountIdsOf(values["aws:allowedAccountIds"]);
  return others.length === 0 && first !== ENCRYPTED ? first : undefined;
}

/** The engine hands a program every value as text, lists and maps as JSON. */
function asText(values: StackFile["values"]): Record<string, string> {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    set.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
