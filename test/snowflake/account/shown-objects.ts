import { constantsIn, type Row, syntaxError, unescaped } from "./script";
import { form, type Statement } from "./session";

const CREATED = "2026-11-01 00:00:00.000 -0700";

/** What SHOW lists: dynamic tables are tables, too. docs.snowflake.com/en/sql-reference/sql/show-tables (is_dynamic) */
const kindsOf: Readonly<Record<string, readonly string[]>> = { TABLES: ["TABLE", "DYNAMIC TABLE"] };

const OF_SHOWN = /^SELECT (.*)\nFROM TABLE\(RESULT_SCAN\(LAST_QUERY_ID\(\)\)\)\nWHERE (.*)$/s;

/** What SHOW has of a schema's objects, and queries of its rows. */
export const shownObjects: readonly Statement[] = [
  [
    form("SHOW (PIPES|TASKS|VIEWS|STAGES|FILE FORMATS|DYNAMIC TABLES|TABLES) IN SCHEMA NAME"),
    (session, kinds = "", name = "") => {
      const { account } = session;
      const { parts } = session.need("SCHEMA", name);
      return (kindsOf[kinds] ?? [kinds.slice(0, -1)])
        .flatMap((kind) => account.all(kind))
        .filter((thing) => thing.parts[0] === parts[0] && thing.parts[1] === parts[1])
        .filter((thing) => account.sees(session.role, thing))
        .map((thing) => ({
          created_on: CREATED,
          name: thing.parts[2] ?? null,
          database_name: thing.parts[0] ?? null,
          schema_name: thing.parts[1] ?? null,
          owner: thing.owner,
          ...((kinds === "PIPES" || kinds === "TASKS") && { definition: thing.definition }),
          ...(kinds === "PIPES" && {
            notification_channel: account.channelOf(thing),
            invalid_reason: account.invalidReason,
          }),
          comment: thing.properties.get("COMMENT") ?? "",
        }));
    },
  ],
  [
    OF_SHOWN,
    (session, selected = "", where = "") => {
      session.needWarehouse();
      const [, pattern = "", rest = ""] =
        /^"comment" LIKE '((?:[^'\\]|''|\\.)*)' ESCAPE '\^'(.*)$/s.exec(where) ?? [];
      const like = new RegExp(`^${expression(unescaped(pattern))}$`, "s");
      const [, present, kept] =
        /^\s+AND \(REGEXP_REPLACE\("comment", ', version \[0-9\]\+\$'\) NOT IN \((.*)\) OR "name" NOT IN \((.*)\)\)$/s.exec(
          rest,
        ) ?? [];
      if (rest !== "" && present === undefined) throw syntaxError(where);
      const isPresent = (row: Row) =>
        listOf(present).includes(String(row.comment).replace(/, version \d+$/, "")) &&
        listOf(kept).includes(String(row.name));
      return session
        .result()
        .filter((row) => like.test(String(row.comment)) && !isPresent(row))
        .map((row) => ({
          NAME: row.name ?? null,
          OF_STREAM: row.comment ?? null,
          STATEMENT: joined(selected, row),
        }));
    },
  ],
];

/** Of a pattern in which ^ escapes: docs.snowflake.com/en/sql-reference/functions/like */
function expression(pattern: string): string {
  return [...pattern.matchAll(/\^(.)|([%_])|(.)/gs)]
    .map(([, escaped, wild, plain]) =>
      wild === undefined
        ? (escaped ?? plain ?? "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
        : wild === "%"
          ? ".*"
          : ".",
    )
    .join("");
}

const listOf = (constants = "") => constantsIn(constants).map(unescaped);

/** `"name" AS NAME, "comment" AS OF_STREAM, 'DROP ...' || ... AS STATEMENT` */
function joined(selected: string, row: Row): string {
  const [, text] = /^"name" AS NAME, "comment" AS OF_STREAM, (.*) AS STATEMENT$/s.exec(selected) ?? [];
  if (text === undefined) throw syntaxError(selected);
  return [...text.matchAll(/REPLACE\("name", '"', '""'\)|'((?:[^'\\]|''|\\.)*)'/g)]
    .map(([, constant]) =>
      constant === undefined ? String(row.name).replaceAll('"', '""') : unescaped(constant),
    )
    .join("");
}
