import type { PlannedResource } from "../../automation/plan/evaluation";
import { type Difference, differenceOf, lossesOf } from "./difference";
import type { Change, SettingChanges } from "./matrix";
import { planOf } from "./plans";

/** A change with what it does to the stack's resources. */
export interface Outcome {
  readonly change: Change;
  readonly difference: Difference;
  /** Resources that lose data or an identity: where there are any, the update needs `--allow-loss`. */
  readonly losses: readonly PlannedResource[];
}

/** Computes what a change does. */
export async function outcomeOf(change: Change): Promise<Outcome> {
  // One after the other: the SDK's mocks belong to the process.
  const from = await planOf(change.from.base);
  const difference = differenceOf(from, await planOf(change.to.base));
  return { change, difference, losses: lossesOf(difference) };
}

/** Computes what each change of a setting does. */
export async function outcomesOf({ changes }: SettingChanges): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const change of changes) outcomes.push(await outcomeOf(change));
  return outcomes;
}
