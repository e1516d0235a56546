import type { OutputMap } from "@pulumi/pulumi/automation";
import { type PipelineOutputs, pipelineOutputs } from "../components/output-contract";
import { PipelineError } from "./errors";

export type { PipelineOutputs };

/** One Braintrust export automation, its folder in the bucket, its table and its pipe. */
export type StreamOutput = PipelineOutputs["streams"][number];

/**
 * Reads the engine's untyped map.
 *
 * @throws PipelineError naming each output that is missing or of another shape.
 */
export function parseOutputs(outputs: OutputMap): PipelineOutputs {
  const values = Object.fromEntries(
    Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]),
  );
  const parsed = pipelineOutputs.safeParse(values);
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))].join(", ");
  throw new PipelineError(`the stack's outputs lack or misstate: ${names}; run "up" first`);
}

/** Reads a plan's outputs. Queues of which one is encrypted are one secret there, whose place is left empty. */
export function plannedOutputs(planned: Readonly<Record<string, unknown>>): PipelineOutputs {
  const { notificationChannels, ...others } = planned;
  const known = typeof notificationChannels === "string" ? others : planned;
  return parseOutputs(
    Object.fromEntries(Object.entries(known).map(([name, value]) => [name, { value, secret: false }])),
  );
}

/** Snowflake's access key in user mode, for its stages. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The access key that Snowflake reads with; undefined where it assumes a role. */
export function accessKeyOf({ snowflake, ...outputs }: PipelineOutputs): AccessKey | undefined {
  const { snowflakeAccessKeyId: accessKeyId, snowflakeSecretAccessKey: secretAccessKey } = outputs;
  if (snowflake.access !== "user" || accessKeyId === undefined || secretAccessKey === undefined) {
    return undefined;
  }
  return { accessKeyId, secretAccessKey };
}
