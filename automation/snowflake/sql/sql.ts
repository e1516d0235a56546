import type { AccessKey, PipelineOutputs } from "../../outputs";
import { containersSql, rolesSql } from "./admin-sql";
import { accessChecksSql, integrationChecksSql, loadChecksSql } from "./check-sql";
import { answersSql, autoIngests, integrationSql } from "./integration-sql";
import { grantsSql, loadersSql } from "./load-sql";
import { dropMonitorSql, monitorSql } from "./monitor-sql";
import { type Names, namesOf, sharesOf } from "./names";
import { objectsSql } from "./objects-sql";
import { KEEP_CASE } from "./scripting";
import { leftStreamsSql, purgeSql, teardownSql } from "./teardown-sql";

/**
 * Parts of the SQL. `setup` needs nothing but the stack: `admin` is what of it needs rights of the account, and `objects` the
 * rest, which the owner's role runs. `load` needs AWS to trust Snowflake; `check` changes nothing; `teardown` undoes the others
 * and keeps the data.
 */
export const sqlParts = ["setup", "admin", "objects", "load", "check", "teardown"] as const;

/** One of {@link sqlParts}. */
export type SqlPart = (typeof sqlParts)[number];

/** What the SQL is of beyond a stack's outputs. */
export interface SqlOptions {
  /**
   * A file every stream's folder holds, relative to it: `check` has Snowflake read it.
   * @default none, and `check` lists only
   */
  readonly probeFile?: string | undefined;
  /**
   * User mode: the key to write into the text, which then is a secret itself.
   * @default none: the text has the variables `access_key_id` and `secret_access_key` of the Snowflake CLI
   */
  readonly revealSecrets?: AccessKey | undefined;
  /**
   * `teardown`: what lists the objects of streams that have left the stack, alone.
   * @default what drops those of the stack
   */
  readonly leftStreams?: boolean | undefined;
}

/** SQL to be run in one go. */
export interface SqlFile {
  readonly part: SqlPart;
  readonly text: string;
}

/**
 * SQL that sets Snowflake up for a stack, to be run from top to bottom by `snow sql -f`, as often as one likes. Who runs it can
 * use the roles that the settings name: `snowflake.adminRole`, `integrationRole` and `role`.
 *
 * @param part default: setup, load and check, which works in one go once the stack's trust in Snowflake is final
 * @throws UsageError for a name in the settings that cannot be written safely, or streams whose objects coincide.
 * @throws PipelineError if the outputs lack what a statement needs.
 */
export function snowflakeSql(outputs: PipelineOutputs, part?: SqlPart, options: SqlOptions = {}): string {
  const chosen = chosenParts(part);
  const body = chosen.flatMap((each) => sections(each, outputs, options).flat());
  return textOf([header(outputs, chosen, options), ...body]);
}

/**
 * The same SQL in files to be run one after the other, of at most a hundred streams each: Snowflake takes a second or more for
 * some statements, such as CREATE PIPE, and after a failure only the files from the failed one on are to be run again. The last
 * file of a part answers what `connect` reads.
 *
 * @throws as `snowflakeSql`.
 */
export function snowflakeSqlFiles(
  outputs: PipelineOutputs,
  part?: SqlPart,
  options: SqlOptions = {},
): SqlFile[] {
  return chosenParts(part).flatMap((each) =>
    sections(each, outputs, options).map((body) => ({
      part: each,
      text: textOf([header(outputs, [each], options), ...body]),
    })),
  );
}

const chosenParts = (part: SqlPart | undefined): readonly SqlPart[] =>
  part === undefined ? ["setup", "load", "check"] : [part];

function textOf([head = "", ...body]: readonly string[]): string {
  return [head, SESSION, ...body].join("\n\n").concat("\n");
}

/** Some of the streams: what is of no stream comes before those of the first share, or behind those of the last. */
interface Share {
  readonly some: Names;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Sections of a part, share by share. */
function sections(part: SqlPart, outputs: PipelineOutputs, options: SqlOptions): string[][] {
  const names = namesOf(outputs);
  if (part === "admin") return [[...admin(outputs, names), ...answers(outputs, names)]];
  if (part === "teardown" && options.leftStreams) return [leftStreams(outputs, names)];
  const ofShare = {
    setup: ({ some, isFirst, isLast }: Share) => [
      ...(isFirst ? admin(outputs, names) : []),
      ...objects(outputs, some, options),
      ...(isLast ? answers(outputs, names) : []),
    ],
    objects: ({ some }: Share) => objects(outputs, some, options),
    load: ({ some, isLast }: Share) => load(outputs, some, isLast),
    check: ({ some, isFirst }: Share) => check(outputs, some, isFirst, options),
    teardown: ({ some, isLast }: Share) => teardown(outputs, some, isLast),
  };
  return sharesOf(names).map((some, index, { length }) =>
    ofShare[part]({ some, isFirst: index === 0, isLast: index === length - 1 }),
  );
}

function header(
  { phase, snowflake }: PipelineOutputs,
  chosen: readonly SqlPart[],
  { revealSecrets }: SqlOptions,
): string {
  const run = "-- Run with: snow sql -f FILE";
  const access =
    snowflake.access === "role" || !chosen.some((part) => part === "setup" || part === "objects")
      ? run
      : revealSecrets === undefined
        ? `${run} -D "access_key_id=$ACCESS_KEY_ID" -D "secret_access_key=$SECRET_ACCESS_KEY"\n-- Other users of the machine can see what -D passes; \`connect --run\` passes the key in a file.`
        : `${run}\n-- This text holds a secret key: keep it out of version control, and delete it after use.`;
  return `-- Snowflake side of the Braintrust export pipeline. The stack's phase: ${phase}.\n${access}`;
}

const SESSION = section("session", [KEEP_CASE]);

function admin(outputs: PipelineOutputs, names: Names): string[] {
  return [
    section("admin: warehouse, database, schema", containersSql(names)),
    ...sectionIfAny("admin: credits of the warehouse", monitorSql(outputs, names)),
    section("admin: roles and their rights", rolesSql(outputs, names)),
    ...sectionIfAny(
      `admin: integrations
-- One that exists under this name and is not of this stack stops the script, and is not changed.`,
      integrationSql(outputs, names),
    ),
  ];
}

function objects(outputs: PipelineOutputs, names: Names, { revealSecrets }: SqlOptions): string[] {
  return [
    section(
      `objects: file formats, stages, landing tables, views
-- An existing stage keeps its url and integration: to change them, drop its pipe and the stage first.`,
      objectsSql(outputs, names, revealSecrets),
    ),
  ];
}

function answers(outputs: PipelineOutputs, names: Names): string[] {
  return sectionIfAny("admin: what the command connect needs", answersSql(outputs, names));
}

function load(outputs: PipelineOutputs, names: Names, isLast: boolean): string[] {
  const advice = autoIngests(outputs)
    ? `load: back-fill and pipes
-- A table's first run copies every file there is, once, before its pipe exists; REFRESH then adds the files of the
-- last seven days that neither has loaded. Run this part again within seven days after the bucket's events are
-- connected: it adds what came in between. Later than that, or to change an existing pipe's topic or COPY, drop the
-- pipe, truncate its table and run this part, which then loads every file again. Files that S3 has moved to GLACIER or
-- DEEP_ARCHIVE cannot be read: restore them first.`
    : `load: tasks, since no event tells Snowflake of a file
-- If a pipe has loaded a table before, drop the pipe and truncate the table first: the task knows only its own loads.`;
  return [
    section(advice, loadersSql(outputs, names, isLast)),
    ...sectionIfAny("load: rights of the reading role", grantsSql(outputs, names)),
  ];
}

function check(
  outputs: PipelineOutputs,
  names: Names,
  isFirst: boolean,
  { probeFile }: SqlOptions,
): string[] {
  return [
    section("check: access to the bucket", accessChecksSql(names, probeFile)),
    section("check: loads, rows and freshness", loadChecksSql(outputs, names, isFirst)),
    ...sectionIfAny("check: integrations", integrationChecksSql(outputs, names, probeFile, isFirst)),
  ];
}

function leftStreams(outputs: PipelineOutputs, names: Names): string[] {
  return [
    section(
      `teardown: objects of streams that have left the stack
-- This drops nothing: run the statements that it answers with. DROP TABLE deletes loaded data.`,
      leftStreamsSql(outputs, names),
    ),
  ];
}

function teardown(outputs: PipelineOutputs, names: Names, isLast: boolean): string[] {
  const purge = purgeSql(names, isLast).map((statement) => `-- ${statement};`);
  return [
    section(
      `teardown: loaders, views, stages, integrations
-- The tables stay. Truncate them before a later setup and load, which loads every file again.`,
      teardownSql(outputs, names, isLast),
    ),
    ...(isLast ? sectionIfAny("teardown: resource monitor", dropMonitorSql(outputs, names)) : []),
    [
      "-- WARNING: the lines below delete loaded data for good, or objects that others may use. Uncomment with care.",
      ...purge,
    ].join("\n"),
  ];
}

function sectionIfAny(title: string, statements: readonly string[]): string[] {
  return statements.length === 0 ? [] : [section(title, statements)];
}

function section(title: string, statements: readonly string[]): string {
  return `-- ${title}\n${statements.map((statement) => `${statement};`).join("\n")}`;
}
