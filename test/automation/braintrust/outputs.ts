import type { PipelineOutputs } from "../../../automation/outputs";

/** Outputs of a stack with two streams, connected unless told otherwise. */
export function outputsOf(changes: Partial<PipelineOutputs> = {}): PipelineOutputs {
  return {
    bucketName: "exports",
    bucketArn: "arn:aws:s3:::exports",
    bucketRegion: "eu-west-1",
    exportPrefix: "braintrust-exports/",
    exportUrl: "s3://exports/braintrust-exports/",
    braintrustRoleArn: "arn:aws:iam::123456789012:role/Export",
    braintrustExternalId: "bt:org-1:*",
    eventsMode: "none",
    snowflake: {
      access: "role",
      database: "DB",
      schema: "S",
      warehouse: "W",
      role: "R",
      readerRole: "RR",
      integration: "I",
    },
    streams: [
      {
        name: "logs",
        url: "s3://exports/braintrust-exports/logs/",
        format: "jsonl",
        table: "LOGS",
        pipe: "LOGS_PIPE",
      },
      {
        name: "traces",
        url: "s3://exports/braintrust-exports/traces/",
        format: "parquet",
        table: "TRACES",
        pipe: "TRACES_PIPE",
      },
    ],
    phase: "connected",
    ...changes,
  };
}
