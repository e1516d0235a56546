import type { SnowflakeAccount, Thing } from "./account";
import { Refusal, type Row, runBlock, syntaxError, unescaped } from "./script";

const IDENTIFIER = String.raw`(?:"(?:[^"]|"")*"|[A-Za-z_][\w$]*)`;
const NAME = `(${IDENTIFIER}(?:\\.${IDENTIFIER})*)`;

/** Kinds of objects, as a group of a form. */
export const KIND =
  "(WAREHOUSE|DATABASE|SCHEMA|ROLE|FILE FORMAT|STAGE|TABLE|DYNAMIC TABLE|VIEW|PIPE|TASK|(?:STORAGE |NOTIFICATION )?INTEGRATION)";

/** One form of statement, and what it does with the groups of its form; without rows, Snowflake answers a status. */
export type Statement = readonly [
  form: RegExp,
  run: (
    session: Session,
    ...groups: (string | undefined)[]
  ) => readonly Row[] | undefined | Promise<readonly Row[] | undefined>,
];

/** A statement as a whole, `NAME` in it an identifier of one part or more. */
export function form(source: string): RegExp {
  return new RegExp(`^${source.replaceAll("NAME", NAME)}$`, "s");
}

/** A connection: one role, one warehouse, and the rows of the last statement. */
export class Session {
  public role = "PUBLIC";
  public warehouse: string | undefined;
  public ignoresCase: boolean;
  private last: readonly Row[] = [];

  public constructor(
    public readonly account: SnowflakeAccount,
    private readonly statements: readonly Statement[],
  ) {
    this.ignoresCase = account.ignoresCase;
  }

  /** Runs a statement as a client sends it. */
  public async execute(text: string): Promise<readonly Row[]> {
    const statement = text
      .replace(/^\s*--[^\n]*\n/gm, "")
      .trim()
      .replace(/;$/, "");
    this.account.statements.push(statement);
    const [, plain, constant] = /^EXECUTE IMMEDIATE (?:\$\$(.*)\$\$|'(.*)')$/s.exec(statement) ?? [];
    const block = plain ?? (constant === undefined ? undefined : unescaped(constant));
    if (block === undefined) return this.run(statement);
    return runBlock(block, {
      run: (one) => this.run(one),
      rowsOf: (from) => this.rowsOf(from),
      column: (quoted) => this.stored(quoted),
      forget: () => {
        this.last = [];
      },
    });
  }

  private async run(statement: string): Promise<readonly Row[]> {
    for (const [known, handler] of this.statements) {
      const match = known.exec(statement);
      if (match === null) continue;
      this.last = (await handler(this, ...match.slice(1))) ?? [
        { status: "Statement executed successfully." },
      ];
      return this.last;
    }
    throw syntaxError(statement);
  }

  /** docs.snowflake.com/en/sql-reference/identifiers-syntax: without quotes, or with the parameter, letters are capital. */
  public stored(identifier: string): string {
    const isQuoted = identifier.startsWith('"');
    const bare = isQuoted ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
    return isQuoted && !this.ignoresCase ? bare : bare.toUpperCase();
  }

  public parts(name: string): string[] {
    return (name.match(new RegExp(IDENTIFIER, "g")) ?? []).map((part) => this.stored(part));
  }

  public quoted(name: string): string {
    return quote(this.parts(name));
  }

  /** @throws Refusal where there is none, or the role does not see it: Snowflake reports both alike. */
  public need(kind: string, name: string): Thing {
    const found = this.account.find(kind, this.quoted(name));
    if (found && this.account.sees(this.role, found)) return found;
    const word = `${kind[0]}${kind.slice(1).toLowerCase()}`;
    throw new Refusal(
      "002003",
      "02000",
      `SQL compilation error:\n${word} '${name}' does not exist or not authorized.`,
    );
  }

  public needOwned(kind: string, name: string): Thing {
    const found = this.need(kind, name);
    if (!this.account.owns(this.role, found))
      throw insufficient(`${kind.toLowerCase()} '${found.parts.at(-1)}'`);
    return found;
  }

  /** Queries of rows need a warehouse, SHOW and DDL none: docs.snowflake.com/en/user-guide/warehouses-overview */
  public needWarehouse(): void {
    if (this.warehouse !== undefined) return;
    throw new Refusal(
      "000606",
      "57P03",
      "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
    );
  }

  /** RESULT_SCAN(LAST_QUERY_ID()) */
  public result(): readonly Row[] {
    return this.last;
  }

  private rowsOf(from: string): readonly Row[] {
    this.needWarehouse();
    if (from === "FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))") return this.last;
    const schema = form(String.raw`FROM NAME\.INFORMATION_SCHEMA\.(PIPES|VIEWS|FILE_FORMATS|TABLES)`).exec(
      from,
    );
    if (schema) {
      const database = this.need("DATABASE", schema[1] ?? "").parts[0];
      const kind = (schema[2] ?? "").slice(0, -1);
      const word = kind === "VIEW" ? "TABLE" : kind;
      return this.account
        .all(kind.replace("_", " "))
        .filter((thing) => thing.parts[0] === database && this.account.sees(this.role, thing))
        .map(({ parts, properties, definition }) => ({
          [`${word}_SCHEMA`]: parts[1] ?? null,
          [`${word}_NAME`]: parts[2] ?? null,
          COMMENT: properties.get("COMMENT") ?? null,
          ...(kind === "TABLE" && { RETENTION_TIME: this.retentionOf(parts) }),
          ...(kind === "PIPE" && { DEFINITION: definition }),
          ...(kind === "FILE_FORMAT" && { FILE_FORMAT_TYPE: properties.get("TYPE") ?? null }),
        }));
    }
    const table = form("FROM NAME").exec(from)?.[1];
    if (table !== undefined && !table.includes("INFORMATION_SCHEMA")) {
      const loads = this.account.loadsOf(this.need("TABLE", table).name);
      return loads.map(({ file, at }) => ({ FILE_NAME: file, LOADED_AT: at }));
    }
    const [, references, name] =
      /INFORMATION_SCHEMA\.(POLICY_REFERENCES|TAG_REFERENCES_ALL_COLUMNS)\([^']*'((?:[^']|'')*)'/.exec(
        from,
      ) ?? [];
    if (references === undefined) throw syntaxError(from);
    const view = this.need("VIEW", unescaped(name ?? ""));
    return references === "POLICY_REFERENCES" ? [] : this.tagsOf(view);
  }

  /** Days of Time Travel, by the object or what it is in: docs.snowflake.com/en/user-guide/data-time-travel */
  public retentionOf(parts: readonly string[]): number {
    const days = ["TABLE", "SCHEMA", "DATABASE"].map((kind, above) =>
      this.account
        .find(kind, quote(parts.slice(0, 3 - above)))
        ?.properties.get("DATA_RETENTION_TIME_IN_DAYS"),
    );
    return Number(days.find((each) => each !== undefined) ?? 1);
  }

  /** A column inherits the tags of all above it: docs.snowflake.com/en/sql-reference/functions/tag_references_all_columns */
  private tagsOf(view: Thing): Row[] {
    return [["DATABASE", 1] as const, ["SCHEMA", 2] as const, ["VIEW", 3] as const].flatMap(
      ([kind, depth]) => {
        const { properties } = this.account.find(kind, quote(view.parts.slice(0, depth))) ?? view;
        const tags = [...properties.keys()].filter((property) => property.startsWith(TAG));
        return tags.map((tag) => ({ TAG_NAME: tag, LEVEL: kind === "VIEW" ? "TABLE" : kind }));
      },
    );
  }
}

/** What a property begins with that is a tag. */
export const TAG = "(tag) ";

/** Parts of a name as it is shown everywhere here. */
export const quote = (parts: readonly string[]) =>
  parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");

export const insufficient = (what: string) =>
  new Refusal("003001", "42501", `SQL access control error:\nInsufficient privileges to operate on ${what}.`);

export const noObject = () =>
  new Refusal(
    "002043",
    "02000",
    "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
  );

/** LIKE of SHOW, as a constant, knows no case: docs.snowflake.com/en/sql-reference/sql/show-integrations */
export const likeIn = (constant: string) =>
  new RegExp(
    `^${constant
      .replaceAll("''", "'")
      .replace(/[.*+?^${}()|[\]\\$]/g, "\\$&")
      .replaceAll("%", ".*")
      .replaceAll("_", ".")}$`,
    "is",
  );
