import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { UsageError } from "../../errors";
import type { AnswerTable, Row } from "./answer-rows";
import { readTables } from "./answer-tables";
import { parseJson } from "./json-answers";
import { type PlatformAnswer, platformAnswers, platformColumn } from "./platform-answer";

/** DESC INTEGRATION: property in Snowflake's spelling -> value. It does not say the integration's name. */
export type IntegrationAnswer = Readonly<Record<string, string>>;

/** A row of SHOW PIPES or DESC PIPE; names as Snowflake stores them. */
export interface Pipe {
  readonly name: string;
  readonly database: string;
  readonly schema: string;
  /** Queue, or topic, that feeds the pipe; absent without AUTO_INGEST. */
  readonly notificationChannel?: string;
  /** Why it loads nothing; absent where nothing is wrong. */
  readonly invalidReason?: string;
}

/** What Snowflake said, taken as it is: nothing here has been compared with a stack. */
export interface Answers {
  /** Has `STORAGE_*` properties, ENABLED and COMMENT. */
  readonly storageIntegration?: IntegrationAnswer;
  /** The notification integration for Snowpipe's error messages: `SF_AWS_*`, `AWS_SNS_*`, ENABLED and COMMENT. */
  readonly errorIntegration?: IntegrationAnswer;
  readonly pipes: readonly Pipe[];
  /** Who subscribes to the topic, from SYSTEM$GET_AWS_SNS_IAM_POLICY. */
  readonly snsSubscriberArn?: string;
  /** Topics that policy is for. */
  readonly snsTopicArns: readonly string[];
  /** VPCs that Snowflake reads from, by SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO. */
  readonly vpcIds?: PlatformAnswer;
  /** Tables that are none of these answers, by their columns. Never their contents. */
  readonly unrecognised: readonly string[];
  /** Answers that cannot both be right, or cannot be read with certainty. */
  readonly contradictions: readonly string[];
}

/**
 * Reads Snowflake's answers as `snow`, Snowsight and the SQL API give them, several in one text, and tells by themselves
 * which is which. Tables that are drawn with lines are refused: how their cells were folded is a guess. Sources: docs.snowflake.com/en/sql-reference/sql/desc-integration,
 * docs.snowflake.com/en/sql-reference/sql/show-pipes,
 * docs.snowflake.com/en/sql-reference/functions/system_get_aws_sns_iam_policy,
 * docs.snowflake.com/en/sql-reference/functions/system_get_snowflake_platform_info
 *
 * @throws UsageError if no answer is in the text, or it is too long.
 */
export function parseAnswers(text: string): Answers {
  if (text.length > LONGEST_ANSWERS) throw tooLong();
  const reading: Reading = {
    storage: [],
    error: [],
    pipes: [],
    subscribers: [],
    topics: [],
    platforms: [],
    unrecognised: [],
    contradictions: [],
  };
  const { tables, drawnAt } = readTables(text, isAnswerHeader);
  for (const table of tables) readTable(table, reading);
  if (drawnAt !== undefined) {
    reading.contradictions.push(
      `line ${drawnAt} belongs to a table that is drawn with lines, whose cells may be folded; give the answers as JSON ` +
        "(snow sql --format json, snowsql -o output_format=json), as CSV, or as Snowsight copies them",
    );
  }

  const { storage, error, pipes, subscribers, topics, platforms, contradictions } = reading;
  const unrecognised = [...new Set(reading.unrecognised)];
  if (storage.length + error.length + pipes.length + subscribers.length + platforms.length === 0) {
    const seen = [...contradictions, ...unrecognised];
    throw new UsageError(
      `unrecognized input: ${seen.length === 0 ? "it has no table" : seen.slice(0, SHOWN).join("; ")}. Give the output of ` +
        "DESC INTEGRATION, SHOW PIPES, DESC PIPE, SYSTEM$GET_AWS_SNS_IAM_POLICY or SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO, " +
        'best as "snow sql --format json" prints it',
    );
  }
  const storageIntegration = merge("DESC INTEGRATION", storage, contradictions);
  const errorIntegration = merge("DESC INTEGRATION", error, contradictions);
  const distinctPipes = mergePipes(pipes, contradictions);
  const [snsSubscriberArn, ...others] = [...new Set(subscribers)];
  if (others.length > 0) {
    contradictions.push(
      `SYSTEM$GET_AWS_SNS_IAM_POLICY names more than one subscriber: ${[snsSubscriberArn, ...others].map(quote).join(", ")}`,
    );
  }
  const vpcIds = mergePlatforms(platforms, contradictions);
  return {
    ...(vpcIds && { vpcIds }),
    ...(storageIntegration && { storageIntegration }),
    ...(errorIntegration && { errorIntegration }),
    pipes: distinctPipes,
    ...(snsSubscriberArn !== undefined && { snsSubscriberArn }),
    snsTopicArns: [...new Set(topics)],
    unrecognised,
    contradictions,
  };
}

/** Longest text that is read, in bytes: SHOW PIPES shows 10,000 pipes at most. */
export const LONGEST_ANSWERS = 16 * 2 ** 20;

/** What is said of a text that is longer. */
export function tooLong(): UsageError {
  const limit = LONGEST_ANSWERS / 2 ** 20;
  return new UsageError(
    `the input is longer than ${limit} MiB; give the output of DESC INTEGRATION, SHOW PIPES and the like alone`,
  );
}

/** Unreadable tables that a message names. */
const SHOWN = 5;

/** A value from outside, safe to print: no control characters, and not the whole of a long one. */
export function quote(value: string | undefined): string {
  const text = value ?? "";
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

interface Reading {
  readonly storage: IntegrationAnswer[];
  readonly error: IntegrationAnswer[];
  readonly pipes: Pipe[];
  readonly subscribers: string[];
  readonly topics: string[];
  readonly platforms: PlatformAnswer[];
  readonly unrecognised: string[];
  readonly contradictions: string[];
}

const pipeColumns = ["name", "database_name", "schema_name", "notification_channel"];

function isAnswerHeader(columns: readonly string[]): boolean {
  return (
    isPropertyList(columns) ||
    isPipeList(columns) ||
    (columns.length === 1 &&
      (/^(system\$get_aws_sns_iam_policy\(.*|sns_policy)$/s.test(columns[0] ?? "") ||
        platformColumn.test(columns[0] ?? "")))
  );
}

const isPropertyList = (columns: readonly string[]) =>
  columns.includes("property") && columns.includes("property_value");
const isPipeList = (columns: readonly string[]) => pipeColumns.every((name) => columns.includes(name));

function readTable({ columns, rows }: AnswerTable, reading: Reading): void {
  const recognised =
    (isPropertyList(columns) && readProperties(rows, reading)) ||
    (isPipeList(columns) && readPipes(rows, reading)) ||
    readPolicies(rows, reading) ||
    readPlatforms(rows, reading);
  if (recognised) return;
  const names = columns.slice(0, 6).map(quote).join(", ");
  const table = `a table with the columns ${names}${columns.length > 6 ? ", …" : ""}`;
  reading.unrecognised.push(table);
  if (rows.length === 0 && isAnswerHeader(columns)) {
    reading.contradictions.push(`${table} has no rows, or was cut off: give it whole, or leave it out`);
  }
}

/** A property that comes again begins another integration. */
function readProperties(rows: readonly Row[], { storage, error }: Reading): boolean {
  const integrations: Map<string, string>[] = [new Map()];
  for (const row of rows) {
    const property = row.get("property")?.trim().toUpperCase() ?? "";
    if (integrations.at(-1)?.has(property)) integrations.push(new Map());
    const value = row.get("property_value")?.trim() ?? "";
    integrations.at(-1)?.set(property, property === "ENABLED" ? value.toLowerCase() : value);
  }
  const before = storage.length + error.length;
  for (const properties of integrations) {
    const known = [...properties].filter(([, value]) => !isNull(value));
    const only = (names: RegExp) => Object.fromEntries(known.filter(([name]) => names.test(name)));
    const names = [...properties.keys()];
    if (names.some((name) => name.startsWith("STORAGE_")))
      storage.push(only(/^(ENABLED$|COMMENT$|STORAGE_)/));
    if (names.some((name) => /^(SF_AWS_|AWS_SNS_)/.test(name)))
      error.push(only(/^(ENABLED$|COMMENT$|SF_AWS_|AWS_SNS_)/));
  }
  return storage.length + error.length > before;
}

function readPipes(rows: readonly Row[], { pipes }: Reading): boolean {
  for (const row of rows) {
    const [name = "", database = "", schema = "", channel = ""] = pipeColumns.map((column) =>
      row.get(column),
    );
    const notificationChannel = channel.trim();
    const invalidReason = row.get("invalid_reason")?.trim() ?? "";
    pipes.push({
      name,
      database,
      schema,
      ...(!isNull(notificationChannel) && { notificationChannel }),
      ...(!isNull(invalidReason) && { invalidReason }),
    });
  }
  return rows.length > 0;
}

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const subscription = z.object({
  Effect: z.literal("Allow"),
  Principal: z.object({ AWS: oneOrMore }),
  Action: oneOrMore.refine((actions) => actions.some((action) => action.toLowerCase() === "sns:subscribe")),
  Resource: oneOrMore.default([]),
});
const policy = z.object({
  Statement: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]),
});

function readPolicies(rows: readonly Row[], { subscribers, topics }: Reading): boolean {
  const before = subscribers.length;
  for (const cell of rows.flatMap((row) => [...row.values()])) {
    if (!/^\s*[[{]/.test(cell)) continue;
    const value = parseJson(cell);
    const statements = policy.safeParse(value).data?.Statement ?? [value];
    for (const { data } of statements.map((statement) => subscription.safeParse(statement))) {
      for (const subscriber of data?.Principal.AWS ?? []) subscribers.push(subscriber);
      for (const topic of data?.Resource ?? []) topics.push(topic);
    }
  }
  return subscribers.length > before;
}

function readPlatforms(rows: readonly Row[], { platforms }: Reading): boolean {
  const found = platformAnswers(rows);
  platforms.push(...found);
  return found.length > 0;
}

function mergePlatforms(
  platforms: readonly PlatformAnswer[],
  contradictions: string[],
): PlatformAnswer | undefined {
  const [vpcIds, ...others] = platforms;
  if (others.some((other) => !isDeepStrictEqual(other, vpcIds))) {
    contradictions.push(
      "two answers of SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO differ; give that of this stack's account alone",
    );
  }
  return vpcIds;
}

/** NULL as JSON and CSV, `snow`'s tables and Snowsight write it. */
export const isNull = (value: string) => /^(null|none|)$/i.test(value);

function merge(
  statement: string,
  answers: readonly IntegrationAnswer[],
  contradictions: string[],
): IntegrationAnswer | undefined {
  if (answers.length === 0) return undefined;
  const merged = new Map<string, string>();
  for (const [property, value] of answers.flatMap(Object.entries<string>)) {
    const before = merged.get(property);
    if (before !== undefined && before !== value) {
      contradictions.push(
        `two answers of ${statement} differ in ${property}: ${quote(before)} and ${quote(value)}; ` +
          "give that of this stack's integration alone",
      );
    }
    merged.set(property, value);
  }
  return Object.fromEntries(merged);
}

function mergePipes(pipes: readonly Pipe[], contradictions: string[]): Pipe[] {
  const byName = new Map<string, Pipe>();
  for (const pipe of pipes) {
    const path = [pipe.database, pipe.schema, pipe.name];
    if (path.includes("")) {
      contradictions.push(
        'a row of SHOW PIPES has no name, database or schema; give it as "snow sql --format json" prints it',
      );
    }
    const key = JSON.stringify(path);
    const before = byName.get(key);
    if (before && before.notificationChannel !== pipe.notificationChannel) {
      contradictions.push(
        `two answers about the pipe ${quote(path.join("."))} differ in notification_channel: ` +
          `${quote(before.notificationChannel)} and ${quote(pipe.notificationChannel)}; give the newer one alone`,
      );
    }
    byName.set(key, pipe);
  }
  return [...byName.values()];
}
