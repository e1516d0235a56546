/** A refusal, as Snowflake numbers it: docs.snowflake.com/en/developer-guide/python-connector/python-connector-api (errno, sqlstate). */
export class Refusal extends Error {
  public constructor(
    public readonly code: string,
    public readonly sqlState: string,
    message: string,
  ) {
    super(message);
  }
}

export type Row = Readonly<Record<string, string | number | null>>;

/** What a block needs of the session that runs it. */
export interface BlockSession {
  /** Runs one statement and keeps its rows for RESULT_SCAN. */
  readonly run: (statement: string) => Promise<readonly Row[]>;
  /** Rows behind FROM in EXISTS or COUNT, with the WHERE still to apply. */
  readonly rowsOf: (from: string) => readonly Row[];
  /** A quoted column, as the session reads it. */
  readonly column: (quoted: string) => string;
  /** A condition is a query of its own, behind which LAST_QUERY_ID names no earlier statement. */
  readonly forget: () => void;
}

/**
 * Runs a Snowflake Scripting block: DECLARE, IF, RETURN, RAISE, SELECT INTO, a RESULTSET and an EXCEPTION handler. An exception that nobody
 * handles reaches the client with its type and place.
 * docs.snowflake.com/en/developer-guide/snowflake-scripting/exceptions, .../snowflake-scripting/resultsets
 */
export async function runBlock(text: string, session: BlockSession): Promise<readonly Row[]> {
  const exceptions = new Map<string, { readonly code: string; readonly message: string }>();
  const variables = new Map<string, number>();
  const results = new Map<string, readonly Row[]>();
  /** Of the variable in a loop, its value in each round. */
  const texts = new Map<string, readonly string[]>();
  /** Whether each IF around the statement is taken. */
  const taken: boolean[] = [];
  let handled: boolean | undefined;

  for (const piece of statementsOf(text)) {
    let rest = piece.replace(/^(DECLARE|BEGIN)\s+/, "").replace(/^BEGIN\s+/, "");
    if (/^EXCEPTION\s+WHEN OTHER THEN/.test(rest)) {
      if (handled === undefined) return [];
      handled = true;
      taken.length = 0;
      rest = rest.replace(/^EXCEPTION\s+WHEN OTHER THEN\s+/, "");
    }
    if (handled === false) continue;
    for (let condition = /^IF \(/.exec(rest); condition; condition = /^IF \(/.exec(rest)) {
      const end = closing(rest, 3);
      const then = /^\s*THEN\s+/.exec(rest.slice(end));
      if (then === null) throw syntaxError(rest);
      if (taken.includes(false)) taken.push(false);
      else {
        taken.push(isTrue(rest.slice(3, end), variables, session));
        session.forget();
      }
      rest = rest.slice(end + then[0].length);
    }
    if (rest === "END") break;
    if (rest === "END FOR") continue;
    if (rest === "END IF") taken.pop();
    else if (!taken.includes(false)) {
      const exception = /^(\w+) EXCEPTION \((-?\d+), '(.*)'\)$/s.exec(rest);
      const variable = /^(\w+) NUMBER DEFAULT (\d+)$/.exec(rest);
      const returned = /^RETURN '(.*)'$/s.exec(rest);
      const counted = /^SELECT COUNT\(\*\) INTO :(\w+) (FROM .*?\))(?: WHERE (.*))?$/s.exec(rest);
      const assigned = /^LET (\w+) RESULTSET := \((.*)\)$/s.exec(rest);
      const loop = /^FOR (\w+) IN (\w+) DO\s+LET (\w+) VARCHAR := \1\.(\w+)$/.exec(rest);
      const each = /^EXECUTE IMMEDIATE :(\w+)$/.exec(rest);
      const table = /^RETURN TABLE\((\w+)\)$/.exec(rest);
      const raised = exceptions.get(/^RAISE (\w+)$/.exec(rest)?.[1] ?? "");
      if (exception)
        exceptions.set(exception[1] ?? "", {
          code: exception[2] ?? "",
          message: unescaped(exception[3] ?? ""),
        });
      else if (variable) variables.set(variable[1] ?? "", Number(variable[2]));
      else if (returned) return [{ "anonymous block": returned[1] ?? "" }];
      else if (assigned) results.set(assigned[1] ?? "", await session.run((assigned[2] ?? "").trim()));
      else if (loop)
        texts.set(
          loop[3] ?? "",
          (results.get(loop[2] ?? "") ?? []).map((row) => String(row[loop[4] ?? ""])),
        );
      else if (each) {
        for (const one of texts.get(each[1] ?? "") ?? []) {
          await (/^(DECLARE|BEGIN)\s/.test(one) ? runBlock(one, session) : session.run(one));
        }
      } else if (table) return results.get(table[1] ?? "") ?? [];
      else if (counted)
        variables.set(counted[1] ?? "", matching(session, counted[2] ?? "", counted[3] ?? "").length);
      else if (raised) {
        const type = rest.slice("RAISE ".length).toUpperCase();
        throw new Refusal(raised.code, "P0001", uncaught(type, raised.message));
      } else {
        try {
          await session.run(rest);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          if (/\bEXCEPTION\s+WHEN OTHER THEN/.test(text) && handled === undefined) handled = false;
          else throw new Refusal(error.code, "P0000", uncaught("STATEMENT_ERROR", error.message));
        }
      }
    }
  }
  return [{ "anonymous block": null }];
}

/** Statements of a text: `;` within constants, quoted names and `$$` ends none. */
export function statementsOf(text: string): string[] {
  const statements = [""];
  for (const [part] of text.matchAll(/'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|;|[^'";$]+|./g)) {
    if (part === ";") statements.push("");
    else statements[statements.length - 1] += part;
  }
  return statements.map((statement) => statement.trim()).filter(Boolean);
}

export function syntaxError(statement: string): Refusal {
  const start = statement.slice(0, 60).replace(/\s+/g, " ");
  return new Refusal(
    "001003",
    "42000",
    `SQL compilation error:\nsyntax error line 1 at position 0 unexpected '${start}'.`,
  );
}

/** NOT, AND, OR and comparisons over EXISTS: the innermost parentheses first. */
function isTrue(condition: string, variables: ReadonlyMap<string, number>, session: BlockSession): boolean {
  let logic = condition;
  for (let exists = logic.indexOf("EXISTS ("); exists >= 0; exists = logic.indexOf("EXISTS (")) {
    const open = exists + "EXISTS ".length;
    const end = closing(logic, open);
    const query = /^SELECT 1 (FROM .*?)\s+WHERE (.*)$/s.exec(logic.slice(open + 1, end - 1).trim());
    if (query === null) throw syntaxError(logic);
    const found = matching(session, query[1] ?? "", query[2] ?? "").length > 0;
    logic = `${logic.slice(0, exists)}${found ? "TRUE" : "FALSE"}${logic.slice(end)}`;
  }
  logic = logic.replace(/(\w+) ([=>]) (\d+)/g, (_, name: string, operator: string, number: string) => {
    const value = variables.get(name) ?? Number.NaN;
    return (operator === "=" ? value === Number(number) : value > Number(number)) ? "TRUE" : "FALSE";
  });
  for (let before = ""; before !== logic; ) {
    before = logic;
    logic = logic
      .trim()
      .replace(/\(\s*(TRUE|FALSE)\s*\)/g, "$1")
      .replace(/NOT TRUE/g, "FALSE")
      .replace(/NOT FALSE/g, "TRUE")
      .replace(/TRUE\s+AND\s+TRUE/g, "TRUE")
      .replace(/TRUE\s+AND\s+FALSE|FALSE\s+AND\s+(TRUE|FALSE)/g, "FALSE")
      .replace(/TRUE\s+OR\s+(TRUE|FALSE)|FALSE\s+OR\s+TRUE/g, "TRUE")
      .replace(/FALSE\s+OR\s+FALSE/g, "FALSE");
  }
  if (logic !== "TRUE" && logic !== "FALSE") throw syntaxError(logic);
  return logic === "TRUE";
}

/** Rows that meet comparisons, all of them. */
function matching(session: BlockSession, from: string, where: string): readonly Row[] {
  const comparisons = where.split(/\s+AND\s+/).filter(Boolean);
  const wanted = comparisons.map((text) => comparison(text, session));
  return session.rowsOf(from).filter((row) =>
    wanted.every(([column, holds]) => {
      if (!(column in row)) {
        throw new Refusal(
          "000904",
          "42000",
          `SQL compilation error: error line 1 at position 30\ninvalid identifier '"${column}"'`,
        );
      }
      return holds(row[column] ?? null);
    }),
  );
}

/** A column, and what its value has to be: equal to a constant, one of several or none of them, absent, or later than a time. */
function comparison(text: string, session: BlockSession): readonly [string, (value: Row[string]) => boolean] {
  const [, searched, constant = ""] = /^CONTAINS\((\w+), '(.*)'\)$/s.exec(text.trim()) ?? [];
  if (searched !== undefined) return [searched, (value) => String(value).includes(unescaped(constant))];
  const [, quoted = "", rest = ""] = /^("[^"]*"|\w+) (.*)$/s.exec(text.trim()) ?? [];
  const column = quoted.startsWith('"') ? session.column(quoted) : quoted;
  const time = /^> TO_TIMESTAMP_LTZ\((\d+), 3\)$/.exec(rest);
  if (time) return [column, (value) => Number(value) > Number(time[1])];
  const number = /^= (\d+)$/.exec(rest)?.[1];
  if (number !== undefined) return [column, (value) => value === Number(number)];
  // docs.snowflake.com/en/sql-reference/functions/like
  const beginning = /^LIKE '((?:[^'%_]|'')*)%'$/.exec(rest)?.[1];
  if (beginning !== undefined) return [column, (value) => String(value).startsWith(unescaped(beginning))];
  if (rest === "IS NULL") return [column, (value) => value === null];
  if (!/^(?:=|<>) '.*'$|^(?:NOT )?IN \(.*\)$/s.test(rest)) throw syntaxError(text);
  const constants = constantsIn(rest);
  if (/^(?:NOT|<>) /.test(rest))
    return [column, (value) => value !== null && !constants.includes(String(value))];
  return [column, (value) => constants.includes(String(value))];
}

/** docs.snowflake.com/en/sql-reference/data-types-text: string constants */
export function constantsIn(text: string): string[] {
  return [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, constant = ""]) => constant.replaceAll("''", "'"));
}

/** What stands in a constant, with its escapes read: docs.snowflake.com/en/sql-reference/data-types-text */
export function unescaped(constant: string): string {
  return constant
    .replaceAll("''", "'")
    .replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/gi, (_, two?: string, four?: string, one = "") => {
      const code = two ?? four;
      return code === undefined ? one.replace("n", "\n") : String.fromCharCode(Number.parseInt(code, 16));
    });
}

/** Where the parenthesis that opens at `open` has been closed. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (const { 0: token, index } of text.slice(open).matchAll(/'(?:[^'\\]|\\.|'')*'|"[^"]*"|[()]/g)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (depth === 0) return open + index + 1;
  }
  throw syntaxError(text);
}

const uncaught = (type: string, message: string) =>
  `Uncaught exception of type '${type}' on line 2 at position 4 : ${message}`;
