import * as pulumi from "@pulumi/pulumi";
import * as snowflake from "@pulumi/snowflake";
import { filesQuery, latestQuery } from "./views";

/** The pipeline's outputs that Snowflake's side needs. */
interface PipelineOutputs {
  readonly stack: string;
  readonly eventsMode: string;
  readonly notificationTopicArn?: string;
  readonly snowflakeRoleArn: string;
  readonly snowflakeExternalId: string;
  readonly snowflake: {
    readonly access: string;
    readonly database: string;
    readonly schema: string;
    readonly role: string;
    readonly integration: string;
    readonly adminRole?: string;
    readonly integrationRole?: string;
  };
  readonly streams: readonly Stream[];
}

interface Stream {
  readonly name: string;
  readonly url: string;
  readonly format: "jsonl" | "parquet";
  readonly table: string;
  readonly pipe: string;
}

/** The outputs of the pipeline's stack. */
async function outputsOf(stack: string): Promise<PipelineOutputs> {
  const reference = new pulumi.StackReference(stack);
  const names = [
    ...["stack", "eventsMode", "notificationTopicArn", "snowflakeRoleArn", "snowflakeExternalId"],
    ...["snowflake", "streams"],
  ];
  const details = await Promise.all(names.map((name) => reference.getOutputDetails(name)));
  const outputs = Object.fromEntries(
    // An external id that the settings keep encrypted is a secret output.
    details.map(({ value, secretValue }, at) => [names[at], value ?? secretValue]),
  ) as unknown as PipelineOutputs;
  if (outputs.snowflake?.access !== "role" || !["snowflake-queue", "sns"].includes(outputs.eventsMode)) {
    throw new Error(`${stack}: needs snowflake.access role, and events.mode snowflake-queue or sns`);
  }
  return outputs;
}

/** A name as Snowflake stores it: the provider quotes what it is given. */
function stored(name: string): string {
  if (/^".*"$/s.test(name)) return name.slice(1, -1).replaceAll('""', '"');
  return /^[A-Za-z_][\w$]*$/.test(name) ? name.toUpperCase() : name;
}

const quoted = (...names: readonly string[]) =>
  names.map((name) => `"${name.replaceAll('"', '""')}"`).join(".");
const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

const columns = [
  { name: "RAW", type: "VARIANT", source: "$1" },
  { name: "FILE_NAME", type: "VARCHAR", source: "METADATA$FILENAME" },
  { name: "FILE_ROW_NUMBER", type: "NUMBER(38, 0)", source: "METADATA$FILE_ROW_NUMBER" },
  { name: "FILE_LAST_MODIFIED", type: "TIMESTAMP_NTZ", source: "METADATA$FILE_LAST_MODIFIED" },
  { name: "FILE_CONTENT_KEY", type: "VARCHAR", source: "METADATA$FILE_CONTENT_KEY" },
  { name: "LOADED_AT", type: "TIMESTAMP_LTZ", source: "METADATA$START_SCAN_TIME" },
];

const formats = {
  jsonl: "TYPE = JSON COMPRESSION = AUTO REPLACE_INVALID_CHARACTERS = TRUE",
  parquet:
    "TYPE = PARQUET COMPRESSION = AUTO USE_VECTORIZED_SCANNER = TRUE REPLACE_INVALID_CHARACTERS = TRUE",
};

/** Warehouse, database, schema and the owner's role exist: `sql --part admin` creates them, or your own program. */
export = async () => {
  const config = new pulumi.Config();
  const pipeline = await outputsOf(config.require("pipeline"));
  const names = pipeline.snowflake;
  const database = stored(names.database);
  const schema = stored(names.schema);
  const owner = stored(names.role);
  const comment = `Braintrust exports: project braintrust-snowflake, stack ${pipeline.stack}`;

  const integrations = new snowflake.Provider("integrations", {
    role: stored(names.integrationRole ?? names.adminRole ?? "ACCOUNTADMIN"),
    previewFeaturesEnabled: ["snowflake_storage_integration_resource"],
  });
  const objects = new snowflake.Provider("objects", {
    role: owner,
    previewFeaturesEnabled: ["stage", "table", "pipe"].map((kind) => `snowflake_${kind}_resource`),
  });

  const integration = new snowflake.StorageIntegration(
    "exports",
    {
      name: stored(names.integration),
      type: "EXTERNAL_STAGE",
      storageProvider: "S3",
      enabled: true,
      storageAwsRoleArn: pipeline.snowflakeRoleArn,
      storageAllowedLocations: pipeline.streams.map(({ url }) => url),
      comment,
    },
    { provider: integrations },
  );
  // This version of the provider cannot set the external id, which AWS trusts before the integration exists.
  const externalId = new snowflake.Execute(
    "externalId",
    {
      execute: `ALTER STORAGE INTEGRATION ${quoted(stored(names.integration))} SET STORAGE_AWS_EXTERNAL_ID = ${text(pipeline.snowflakeExternalId)}`,
      revert: "SELECT 1",
    },
    { provider: integrations, dependsOn: integration },
  );
  const usage = new snowflake.GrantPrivilegesToAccountRole(
    "usage",
    {
      accountRoleName: quoted(owner),
      privileges: ["USAGE"],
      onAccountObject: { objectType: "INTEGRATION", objectName: quoted(stored(names.integration)) },
    },
    { provider: integrations, dependsOn: integration },
  );

  for (const stream of pipeline.streams) {
    const table = stored(stream.table);
    const common = { database, schema, comment: `${comment}, stream ${stream.name}` };
    const format = quoted(database, schema, `${table}_FORMAT`);
    const options = { provider: objects };
    // The provider's own resource has not all of a format's options.
    const fileFormat = new snowflake.Execute(
      `${stream.name}-format`,
      {
        execute: `CREATE FILE FORMAT IF NOT EXISTS ${format} ${formats[stream.format]} COMMENT = ${text(common.comment)}`,
        revert: `DROP FILE FORMAT IF EXISTS ${format}`,
      },
      options,
    );
    const stage = new snowflake.Stage(
      `${stream.name}-stage`,
      {
        ...common,
        name: `${table}_STAGE`,
        url: stream.url,
        storageIntegration: integration.name,
        directory: "ENABLE = TRUE REFRESH_ON_CREATE = FALSE",
      },
      { ...options, dependsOn: [usage, externalId] },
    );
    const landing = new snowflake.Table(
      `${stream.name}-table`,
      { ...common, name: table, columns: columns.map(({ name, type }) => ({ name, type })) },
      options,
    );
    const tableName = quoted(database, schema, table);
    const stageText = text(`@${quoted(database, schema, `${table}_STAGE`)}`);
    const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(stream.url) ?? [];
    const latest = latestQuery(
      tableName,
      columns.map(({ name }) => name),
    );
    const files = filesQuery({
      database: quoted(database),
      table: tableName,
      tableText: text(tableName),
      stageText,
      prefixText: text(prefix),
      locationText: text(`//${bucket}/${prefix}`),
    });
    // By the version in its comment the pipeline's SQL knows a view that it need not replace.
    for (const [kind, version, statement] of [
      ["LATEST", 3, latest],
      ["FILES", 1, files],
    ] as const) {
      new snowflake.View(
        `${stream.name}-${kind.toLowerCase()}`,
        {
          ...common,
          name: `${table}_${kind}`,
          statement,
          copyGrants: true,
          comment: `${common.comment}, version ${version}`,
        },
        { ...options, dependsOn: [landing, stage] },
      );
    }
    // CREATE PIPE reads the stage: AWS has to trust Snowflake by then.
    if (config.getBoolean("trusted") === false) continue;
    new snowflake.Pipe(
      `${stream.name}-pipe`,
      {
        ...common,
        name: stored(stream.pipe),
        autoIngest: true,
        awsSnsTopicArn: pipeline.eventsMode === "sns" ? pipeline.notificationTopicArn : undefined,
        copyStatement: [
          `COPY INTO ${tableName} (${columns.map(({ name }) => name).join(", ")})`,
          "FROM (",
          `  SELECT ${columns.map(({ source }) => source).join(", ")}`,
          `  FROM ${stageText}`,
          ")",
          `FILE_FORMAT = (FORMAT_NAME = ${text(format)})`,
          "ON_ERROR = SKIP_FILE",
        ].join("\n"),
      },
      { ...options, dependsOn: [fileFormat, stage, landing] },
    );
  }
  // What the pipeline's stack needs in turn: snowflake.iamUserArn in its settings.
  return { storageAwsIamUserArn: integration.storageAwsIamUserArn };
};
