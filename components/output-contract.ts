import { z } from "zod";

const stream = z.object({
  name: z.string(),
  /** `s3://bucket/prefix/`, ending in "/". */
  url: z.string(),
  format: z.enum(["jsonl", "parquet"]),
  /** Landing table, an identifier as the settings spell it. */
  table: z.string(),
  /** Pipe that loads the table, an identifier. */
  pipe: z.string(),
});

/** Names and shapes of the stack's outputs: what the program writes, and what its readers find. */
export const pipelineOutputs = z.object({
  /** Name of the stack; absent in stacks of earlier versions. */
  stack: z.string().optional(),
  bucketName: z.string(),
  bucketArn: z.string(),
  bucketRegion: z.string(),
  exportPrefix: z.string(),
  exportUrl: z.string(),
  braintrustRoleArn: z.string(),
  braintrustExternalId: z.string().optional(),
  replicationRoleArn: z.string().optional(),
  snowflakeRoleArn: z.string().optional(),
  snowflakeExternalId: z.string().optional(),
  snowflakeAccessKeyId: z.string().optional(),
  snowflakeSecretAccessKey: z.string().optional(),
  snowflakeSecretArn: z.string().optional(),
  notificationQueueArn: z.string().optional(),
  notificationQueueUrl: z.string().optional(),
  deadLetterQueueArn: z.string().optional(),
  notificationTopicArn: z.string().optional(),
  kmsKeyArn: z.string().optional(),
  auditTrailArn: z.string().optional(),
  alertsTopicArn: z.string().optional(),
  dashboardUrl: z.string().optional(),
  errorTopicArn: z.string().optional(),
  errorRoleArn: z.string().optional(),
  errorQueueUrl: z.string().optional(),
  /** Snowflake's side as it is deployed. */
  snowflakeIamUserArn: z.string().optional(),
  snowflakeSubscriberArn: z.string().optional(),
  notificationChannels: z.record(z.string(), z.string()).optional(),
  errorIamUserArn: z.string().optional(),
  errorExternalId: z.string().optional(),
  eventsMode: z.enum(["snowflake-queue", "sns", "queue", "none"]),
  /** Snowflake objects the settings name, as the settings spell them. */
  snowflake: z.object({
    access: z.enum(["role", "user"]),
    database: z.string(),
    schema: z.string(),
    warehouse: z.string(),
    role: z.string(),
    readerRole: z.string(),
    integration: z.string(),
    /** What the settings say of roles and tasks; absent in stacks of earlier versions. */
    adminRole: z.string().optional(),
    integrationRole: z.string().optional(),
    taskMinutes: z.number().optional(),
    currentLagMinutes: z.number().optional(),
    monthlyCredits: z.number().optional(),
    errorIntegration: z.string().optional(),
  }),
  streams: z.array(stream).min(1),
  phase: z.enum(["awaiting-braintrust", "awaiting-snowflake", "awaiting-channel", "connected"]),
  /** What to do next; absent in stacks of earlier versions. */
  nextStep: z.string().optional(),
});

/** What a deployed stack tells Snowflake, Braintrust and scripts. What a stack does not have is absent. */
export type PipelineOutputs = z.infer<typeof pipelineOutputs>;
