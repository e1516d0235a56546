import assert from "node:assert/strict";
import fc from "fast-check";
import type { PipelineOutputs } from "../../../../automation/outputs";
import { parseAnswers } from "../../../../automation/snowflake/answers/answers";
import { planHandshake } from "../../../../automation/snowflake/handshake/handshake";
import type { HandshakeStack } from "../../../../automation/snowflake/handshake/handshake-stack";
import { snowflakeSql } from "../../../../automation/snowflake/sql/sql";
import { drawnOf } from "../../../turn";
import { csv, json, quotedCsv, type Rows, sqlApi, tsv } from "../answers/answer-forms";
import { sampleOutputs } from "../sql/sample-outputs";
import { flatStatements, pathsOf, skeletonOf, stringsOf, type Token } from "../sql/snowflake-text";
import { queue, user } from "./handshake-samples";

const forms = [json, csv, quotedCsv, tsv, (rows: Rows) => sqlApi(rows)];

describe("what Snowflake answers to the SQL", () => {
  it("is this stack's own, whatever identifiers and prefixes its settings have", () => {
    const anyName = fc
      .string({ unit: fc.constantFrom(..."'\";$-/*<>}#!@.,()| aZ1_é\u{1F600}"), maxLength: 12 })
      .map((text) => `a${text}z`);
    const prefix = fc
      .string({ unit: fc.constantFrom(..."aZ1_.=-"), minLength: 1, maxLength: 12 })
      .filter((text) => !text.includes(".."));
    const names = fc.uniqueArray(anyName, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        names,
        prefix,
        fc.constantFrom(...forms),
        ([database = "", schema = "", one, two], folder, form) => {
          const base = sampleOutputs({ streams: 2, snowflake: { database, schema } });
          const streams = base.streams.map((stream, at) => ({
            ...stream,
            pipe: [one, two][at] ?? "",
            url: `s3://exports/${folder}/${at}/`,
          }));
          const outputs = { ...base, streams };
          const { changes, incomplete, problems } = planHandshake(
            stackOf(outputs),
            parseAnswers([described(outputs), shown(outputs)].map(form).join("\n")),
          );
          assert.deepEqual({ incomplete, problems }, { incomplete: [], problems: [] });
          assert.deepEqual(
            changes.map(({ path, to }) => [path.join("."), to]),
            [
              ["snowflake.iamUserArn", user],
              ["events.notificationChannels.stream-0", queue],
              ["events.notificationChannels.stream-1", queue],
            ],
          );
        },
      ),
      { numRuns: drawnOf(300, 4) },
    );
  });
});

function stackOf(outputs: PipelineOutputs): HandshakeStack {
  const { streams, snowflakeRoleArn = "", snowflakeExternalId = "" } = outputs;
  const { access, integration, database, schema } = outputs.snowflake;
  return {
    access,
    integration,
    database,
    schema,
    partition: "aws",
    region: "us-east-1",
    eventsMode: outputs.eventsMode,
    snowflakeRoleArn,
    snowflakeExternalId,
    streams,
    errorIntegrationWanted: false,
    current: { externalId: snowflakeExternalId },
  };
}

/** DESC INTEGRATION, of the integration as the SQL's text made it. */
function described(outputs: PipelineOutputs): Rows {
  const [create = []] = statements(outputs, "setup", /^CREATE STORAGE INTEGRATION/);
  const [provider = "", role = "", externalId = "", ...rest] = stringsOf(create);
  // The comment is the last.
  const locations = rest.slice(0, -1);
  const properties = {
    ENABLED: "true",
    STORAGE_PROVIDER: provider,
    STORAGE_ALLOWED_LOCATIONS: locations.join(","),
    STORAGE_AWS_IAM_USER_ARN: user,
    STORAGE_AWS_ROLE_ARN: role,
    STORAGE_AWS_EXTERNAL_ID: externalId,
  };
  return Object.entries(properties).map(([property, value]) => ({
    property,
    property_type: "String",
    property_value: value,
    property_default: "",
  }));
}

/** SHOW PIPES, of the pipes as the SQL's text made them. */
function shown(outputs: PipelineOutputs): Rows {
  return statements(outputs, "load", /^CREATE PIPE/).map((tokens) => {
    const [[database = "", schema = "", name = ""] = []] = pathsOf(tokens);
    return { name, database_name: database, schema_name: schema, notification_channel: queue };
  });
}

function statements(outputs: PipelineOutputs, part: "setup" | "load", start: RegExp): Token[][] {
  return flatStatements(snowflakeSql(outputs, part)).filter((tokens) => start.test(skeletonOf(tokens)));
}
