import { randomUUID } from "node:crypto";
import { messageOf, PipelineError, UsageError } from "../errors";
import { type BraintrustClient, type ExportConfigBody, exportConfigOf, type ProjectAutomation } from "./api";
import {
  type AutomationPlan,
  type DesiredAutomation,
  describePlan,
  type Kept,
  type PlannedAutomation,
  planAutomations,
} from "./automations";

/** What was done for one stream. */
export interface AppliedAutomation {
  readonly stream: string;
  readonly id: string;
  readonly done: "created" | "updated" | "unchanged";
  /** Whether its schedule was registered; a data plane without that call schedules exports itself. */
  readonly scheduled: boolean;
}

/**
 * Carries the plan out, one automation after the other, and registers the schedule of each. What Braintrust answers is compared with what was asked for,
 * since it answers a creation under a taken name with the automation that has it.
 *
 * @param newExternalId Makes the automation's own part of the external id; a random UUID by default.
 * @throws PipelineError before anything is changed when the plan holds a conflict; later, naming the stream that failed
 * and those already done. Planning and applying again does the rest.
 */
export async function applyAutomations(
  client: BraintrustClient,
  plan: AutomationPlan,
  newExternalId: () => string = randomUUID,
): Promise<AppliedAutomation[]> {
  const conflicts = plan.flatMap((planned) =>
    planned.action === "conflict" ? [`stream "${planned.desired.stream}": ${planned.reason}`] : [],
  );
  if (conflicts.length > 0)
    throw new PipelineError(`nothing was changed in Braintrust: ${conflicts.join("; ")}`);

  const applied: AppliedAutomation[] = [];
  for (const planned of plan) {
    const { stream } = planned.desired;
    try {
      const one = await applyOne(client, planned, newExternalId);
      applied.push({ stream, ...one, scheduled: await client.schedule(one.id) });
    } catch (error) {
      const done = applied.flatMap((one) => (one.done === "unchanged" ? [] : [`${one.stream} ${one.done}`]));
      const before = done.length > 0 ? ` (before it: ${done.join(", ")})` : "";
      const why = messageOf(error);
      throw new PipelineError(`stream "${stream}"${before}: ${why}`, { cause: error });
    }
  }
  return applied;
}

async function applyOne(
  client: BraintrustClient,
  planned: PlannedAutomation,
  newExternalId: () => string,
): Promise<Pick<AppliedAutomation, "id" | "done">> {
  const { desired } = planned;
  if (planned.action === "create") {
    const { projectId, name } = desired;
    const config = body(desired, { path: desired.exportPath, externalId: newExternalId() });
    const answer = await client.create({ project_id: projectId, name, config });
    return { id: confirmed(desired, answer), done: "created" };
  }
  if (planned.action === "update") {
    const answer = await client.update(planned.id, { config: body(desired, planned.kept) });
    return { id: confirmed(desired, answer), done: "updated" };
  }
  if (planned.action === "conflict") throw new PipelineError(planned.reason);
  return { id: planned.id, done: "unchanged" };
}

/** What pausing or resuming did for one stream. */
export interface PausedAutomation {
  readonly stream: string;
  readonly id: string;
  readonly done: "paused" | "resumed" | "unchanged";
}

/**
 * Pauses the exports of the plan, or resumes them. What a run has exported stays, and a resumed export continues from its cursor.
 *
 * @throws UsageError before anything is changed where an export is missing or differs from the stack.
 */
export async function setPaused(
  client: BraintrustClient,
  plan: AutomationPlan,
  paused: boolean,
): Promise<PausedAutomation[]> {
  const found = plan.flatMap((planned) => (planned.action === "unchanged" ? [planned] : []));
  if (found.length < plan.length) {
    throw new UsageError(
      `nothing was changed: the exports are not as the stack needs them; apply these changes first\n${describePlan(plan)}`,
    );
  }
  const done: PausedAutomation[] = [];
  for (const { desired, id, kept, paused: before } of found) {
    const { stream } = desired;
    if (before === paused) {
      done.push({ stream, id, done: "unchanged" });
      continue;
    }
    const config = { ...body(desired, kept), status: paused ? "paused" : "active" } as const;
    const answer = exportConfigOf(await client.update(id, { config }));
    if ((answer?.status === "paused") !== paused) {
      throw new PipelineError(
        `stream "${stream}": Braintrust accepted the request but keeps the status as it was`,
      );
    }
    done.push({ stream, id, done: paused ? "paused" : "resumed" });
  }
  return done;
}

function confirmed(desired: DesiredAutomation, answer: ProjectAutomation): string {
  const outcome = planAutomations([{ ...desired, name: answer.name }], [answer]);
  if (outcome.every(({ action }) => action === "unchanged")) return answer.id;
  throw new PipelineError(
    `Braintrust accepted the request but keeps an automation that differs; plan again\n${describePlan(outcome)}`,
  );
}

function body(desired: DesiredAutomation, { path, externalId }: Kept): ExportConfigBody {
  return {
    event_type: "btql_export",
    export_definition: { type: desired.exportType },
    export_path: path,
    format: desired.format,
    interval_seconds: desired.intervalSeconds,
    credentials: { type: "aws_iam", role_arn: desired.roleArn, external_id: externalId },
    batch_size: desired.batchSize,
  };
}
