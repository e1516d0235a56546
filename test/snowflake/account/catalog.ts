import type { SnowflakeAccount, Thing } from "./account";
import { type Row, syntaxError, unescaped } from "./script";
import { quote, type Session, type Statement } from "./session";

/** By view of INFORMATION_SCHEMA, the kinds that it has: docs.snowflake.com/en/sql-reference/info-schema. Of tasks there is none. */
const VIEWS: Readonly<Record<string, readonly string[]>> = {
  FILE_FORMATS: ["FILE FORMAT"],
  STAGES: ["STAGE"],
  TABLES: ["TABLE", "DYNAMIC TABLE", "VIEW"],
  PIPES: ["PIPE"],
};
/** Kinds that share their names in a schema. */
const RELATIONS = VIEWS.TABLES ?? [];

/** An object that the query lists, and the one that there is under its name. */
interface Pair {
  readonly own: Row;
  readonly thing: Thing;
}

/**
 * Queries of the catalog joined with a list of names. The columns are expressions over this list, and computed; of the conditions
 * the account reads the comments and the texts that they compare, and DuckDB computes them in the tests by fakesnow.
 */
export const catalog: readonly Statement[] = [
  [
    /^SELECT (.*) AS STATEMENT\s+FROM \(\s*SELECT (.*INFORMATION_SCHEMA\.STAGES.*)\) AS FOUND\s+JOIN \(VALUES(.*)\) AS OWN \(([\w, ]+)\)\s+ON .*?\bWHERE (NOT )?(COALESCE.*)$/s,
    (session, selected = "", from = "", values = "", columns = "", not, condition = "") => {
      session.needWarehouse();
      const owns = rowsIn(values, columns.split(", "));
      const comments = condition.match(/IN \((.*?)\)/s)?.[1]?.split(/,(?= ')/) ?? [];
      const pairs = owns.flatMap((own) => {
        const thing = found(session, from, own);
        if (thing === undefined) return [];
        const comment = (thing.properties.get("COMMENT") ?? "").replace(/, version \d+$/, "");
        const named = comments.some((each) => evaluated(each, [{ own, thing }]) === comment);
        const origin = String(own.ORIGIN ?? "");
        const isOurs =
          named || (comment === "" && origin !== "" && textOf(session.account, thing).includes(origin));
        return isOurs === (not === undefined) ? [{ own, thing }] : [];
      });
      if (!selected.includes("LISTAGG(")) {
        return pairs.map((pair) => ({ STATEMENT: evaluated(selected, [pair]) }));
      }
      return pairs.length === 0 ? [] : [{ STATEMENT: evaluated(selected, pairs) }];
    },
  ],
];

function rowsIn(values: string, columns: readonly string[]): Row[] {
  const tuples = values.matchAll(/\((\d+)((?:, (?:'(?:[^'\\]|\\.|'')*'|NULL::VARCHAR))+)\)/g);
  return [...tuples].map(([, place = "", rest = ""]) => {
    const cells = [...rest.matchAll(/'((?:[^'\\]|\\.|'')*)'|NULL::VARCHAR/g)].map(([, constant]) =>
      constant === undefined ? null : unescaped(constant),
    );
    return Object.fromEntries(columns.map((column, at) => [column, [Number(place), ...cells][at] ?? null]));
  });
}

/** The object of the name that the role sees, by the views that the query reads and the tasks that it has shown. */
function found(session: Session, from: string, own: Row): Thing | undefined {
  const [, database, schema] =
    /("(?:[^"]|"")*")\.INFORMATION_SCHEMA\.\w+ .*?SCHEMA = '((?:[^'\\]|\\.|'')*)'/s.exec(from) ?? [];
  if (database === undefined || schema === undefined) throw syntaxError(from);
  const path = [...session.parts(database), unescaped(schema), ...session.parts(String(own.NAME))];
  const kind = String(own.KIND);
  const kinds = RELATIONS.includes(kind) ? RELATIONS : [kind];
  return kinds
    .filter((one) => isListed(session, from, one, path[2]))
    .map((one) => session.account.find(one, quote(path)))
    .find((thing) => thing !== undefined && session.account.sees(session.role, thing));
}

function isListed(session: Session, from: string, kind: string, name: string | undefined): boolean {
  if (kind !== "TASK") {
    return Object.entries(VIEWS).some(([view, kinds]) => kinds.includes(kind) && from.includes(`.${view} `));
  }
  // Of the SHOW before, as long as nothing came between: docs.snowflake.com/en/sql-reference/functions/result_scan
  return from.includes("RESULT_SCAN(") && session.result().some((row) => row.name === name);
}

/** What the views have of an object beside its comment: the address of a stage, also beside its format, or its text. */
function textOf(account: SnowflakeAccount, { kind, name, definition, properties }: Thing): string {
  if (kind === "FILE FORMAT") {
    return account.find("STAGE", name.replace(/FORMAT"$/, 'STAGE"'))?.properties.get("URL") ?? "";
  }
  return kind === "STAGE" ? (properties.get("URL") ?? "") : definition;
}

/** An expression of constants, columns of OWN, `||`, LOWER, REPLACE and LISTAGG over rows. */
function evaluated(expression: string, pairs: readonly Pair[]): string {
  return termsOf(expression, "||")
    .map((term) => {
      const [, name, inner = ""] =
        /^(LOWER|REPLACE|LISTAGG)\((.*?)\)(?: WITHIN GROUP \(ORDER BY OWN\.PLACE\))?$/s.exec(term) ?? [];
      const [text = "", ...rest] = termsOf(inner, ",");
      const constants = rest.map((one) => evaluated(one, pairs));
      if (name === "LOWER") return evaluated(text, pairs).toLowerCase();
      if (name === "REPLACE")
        return evaluated(text, pairs).replaceAll(constants[0] ?? "", () => constants[1] ?? "");
      if (name === "LISTAGG") return pairs.map((pair) => evaluated(text, [pair])).join(constants[0]);
      const column = /^OWN\.(\w+)$/.exec(term)?.[1];
      if (column !== undefined) return String(pairs[0]?.own[column]);
      const constant = /^'((?:[^'\\]|\\.|'')*)'$/s.exec(term)?.[1];
      if (constant === undefined) throw syntaxError(term);
      return unescaped(constant);
    })
    .join("");
}

/** Parts between separators that stand in no constant and no parentheses. */
function termsOf(expression: string, separator: string): string[] {
  const terms = [""];
  let depth = 0;
  for (const [token] of expression.matchAll(/'(?:[^'\\]|\\.|'')*'|\|\||[\s\S]/g)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === separator && depth === 0) terms.push("");
    else terms[terms.length - 1] += token;
  }
  return terms.map((term) => term.trim());
}
