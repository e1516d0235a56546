import type { PipelineOutputs } from "../../../../automation/outputs";

export type Mode = PipelineOutputs["eventsMode"];
export type Access = PipelineOutputs["snowflake"]["access"];
export type Format = PipelineOutputs["streams"][number]["format"];

export const modes: readonly Mode[] = ["snowflake-queue", "sns", "queue", "none"];
export const accesses: readonly Access[] = ["role", "user"];
export const formats: readonly Format[] = ["jsonl", "parquet"];

/** A secret that no text may hold. */
export const canary = "CANARY/secret+access/key0123456789abcdefgh";

export interface Sample {
  readonly mode?: Mode;
  readonly access?: Access;
  readonly formats?: readonly Format[];
  readonly streams?: number;
  readonly errors?: boolean;
  readonly snowflake?: Partial<PipelineOutputs["snowflake"]>;
}

/** Outputs of a deployed stack, every name in them another one. */
export function sampleOutputs(sample: Sample = {}): PipelineOutputs {
  const { mode = "snowflake-queue", access = "role", streams = 1, errors = false } = sample;
  const streamFormats = sample.formats ?? ["jsonl"];
  const byRole = {
    snowflakeRoleArn: "arn:aws:iam::111122223333:role/Reader-dev",
    snowflakeExternalId: "external-id",
  };
  const byUser = { snowflakeAccessKeyId: "AKIASAMPLE", snowflakeSecretAccessKey: canary };
  return {
    bucketName: "exports",
    bucketArn: "arn:aws:s3:::exports",
    bucketRegion: "us-east-1",
    exportPrefix: "braintrust/",
    exportUrl: "s3://exports/braintrust/",
    braintrustRoleArn: "arn:aws:iam::111122223333:role/Braintrust-dev",
    ...(access === "role" ? byRole : byUser),
    ...(mode === "sns" ? { notificationTopicArn: "arn:aws:sns:us-east-1:111122223333:files" } : {}),
    ...(errors
      ? {
          errorTopicArn: "arn:aws:sns:us-east-1:111122223333:errors",
          errorRoleArn: "arn:aws:iam::111122223333:role/Err",
        }
      : {}),
    eventsMode: mode,
    snowflake: {
      access,
      database: "analytics",
      schema: "braintrust",
      warehouse: "load_wh",
      role: "loader",
      readerRole: "reader",
      integration: "exports_s3",
      ...(errors ? { errorIntegration: "exports_errors" } : {}),
      ...sample.snowflake,
    },
    streams: Array.from({ length: streams }, (_, index) => ({
      name: `stream-${index}`,
      url: `s3://exports/braintrust/stream-${index}/`,
      format: streamFormats[index % streamFormats.length] ?? "jsonl",
      table: `logs_${index}`,
      pipe: `logs_pipe_${index}`,
    })),
    phase: "connected",
  };
}
