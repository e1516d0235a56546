import type { SnowflakeAccount, Thing } from "./account";
import { listedUntil, listingOf } from "./listings";
import type { Load } from "./loads";
import { Refusal, type Row, syntaxError, unescaped } from "./script";
import { form, quote, type Session, type Statement } from "./session";

/**
 * Queries. They are answered and not executed: the columns are those that the query names, their values what the account has
 * of the table, the pipe or the integration behind them. Expressions, joins and orders are fakesnow's matter.
 */
export const queries: readonly Statement[] = [
  [
    form(String.raw`SELECT SYSTEM\$GET_AWS_SNS_IAM_POLICY\('([^']*)'\)(?: AS (\w+))?`),
    // docs.snowflake.com/en/sql-reference/functions/system_get_aws_sns_iam_policy
    ({ account }, topic = "", alias = "SYSTEM$GET_AWS_SNS_IAM_POLICY") => {
      const statement = {
        Sid: "1",
        Effect: "Allow",
        Principal: { AWS: account.topicUser },
        Action: ["sns:Subscribe"],
        Resource: [topic],
      };
      return [{ [alias]: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) }];
    },
  ],
  [
    // docs.snowflake.com/en/sql-reference/sql/list
    form("(?:LIST|LS) '@NAME'(?: PATTERN = '([^']*)')?"),
    async (session, name = "", pattern = ".*") => {
      const files = await session.account.readBucket(session.needOwned("STAGE", unescaped(name)));
      return files
        .filter(({ url }) => new RegExp(`^${pattern}$`).test(url))
        .map(({ url }) => ({ name: url }));
    },
  ],
  [
    form(String.raw`SELECT\s(.*)`),
    async (session, text = "") => {
      await session.account.receiveEvents();
      const rows: Row[] = [];
      for (const part of text.split(/\nUNION ALL\nSELECT\s/)) rows.push(...(await answer(session, part)));
      return ordered(rows, /\nORDER BY ([\w, ]+)(?:\n|$)/.exec(text)?.[1] ?? "");
    },
  ],
];

async function answer(session: Session, text: string): Promise<readonly Row[]> {
  const columns = columnsOf(text);
  const constants = Object.fromEntries(
    [...text.matchAll(/"(?:[^"]|"")*"|'((?:[^']|'')*)'(?: AS (\w+))?/g)].flatMap(([, value = "", name]) =>
      name === undefined ? [] : [[name, value]],
    ),
  );
  const known = await valuesFor(session, text);
  return known.map((values) => {
    const all: Row = { ...values, ...constants };
    return Object.fromEntries(columns.map((column) => [column, all[column] ?? null]));
  });
}

/** Names of what is selected, before its FROM. */
function columnsOf(text: string): string[] {
  const items = [""];
  let depth = 0;
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|\bFROM\b|[(),]|(?:(?!\bFROM\b)[^'(),])+/g)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === "FROM" && depth === 0) break;
    if (token === "," && depth === 0) items.push("");
    else items[items.length - 1] += token;
  }
  return items.map((item) => {
    const name = /(?:^|\sAS\s+)(\w+)\s*$/.exec(item.trim())?.[1];
    if (name === undefined) throw syntaxError(item);
    return name;
  });
}

async function valuesFor(session: Session, text: string): Promise<readonly Row[]> {
  const { account } = session;
  const validated = form(
    String.raw`.*SYSTEM\$VALIDATE_STORAGE_INTEGRATION\('((?:[^']|'')*)', '([^']*)', '([^']*)', '(\w+)'\) AS (\w+).*`,
  ).exec(text);
  if (validated) {
    const [, integration = "", url = "", , action = "", column = ""] = validated;
    return [{ [column]: await validation(session, integration, url, action) }];
  }
  const pipe = /SYSTEM\$PIPE_STATUS\('((?:[^']|'')*)'\) AS (\w+)/.exec(text);
  const now = { LOADED_AT: Date.now(), MODIFIED: Date.now() - 14 * DAY_MS };
  const ofStream = { ...now, STORED_AT: await listedUntil(session, text) };
  if (pipe)
    return [
      { ...ofStream, [pipe[2] ?? ""]: pipeStatus(account, session.need("PIPE", unescaped(pipe[1] ?? ""))) },
    ];
  // docs.snowflake.com/en/sql-reference/functions/task_history: tasks that run by EXECUTE TASK alone
  if (/INFORMATION_SCHEMA\.TASK_HISTORY\(/.test(text))
    return account.taskRuns.map((NAME) => ({ NAME, STATE: "SUCCEEDED" }));
  session.needWarehouse();
  const from = form("NAME.*").exec(text.split(/\bFROM\s+/)[1] ?? "")?.[1];
  const view = from === undefined ? undefined : account.find("VIEW", session.quoted(from));
  if (view !== undefined) return valuesFor(session, view.definition);
  const history = /INFORMATION_SCHEMA\.COPY_HISTORY\(\s*TABLE_NAME => '((?:[^']|'')*)'/.exec(text)?.[1];
  const table = history === undefined ? from : unescaped(history);
  if (table === undefined) return [ofStream];
  const loads = account.loadsOf(session.need("TABLE", table).name);
  if (/\bFULL OUTER JOIN\b/.test(text))
    return joined(
      loads.map((load) => ofFile(account, load)),
      await listingOf(session, text),
    );
  if (/\bGROUP BY STATUS\b/.test(text)) {
    const statuses = [...new Set(loads.map(({ status }) => status))];
    return statuses.map((status) =>
      summary(
        account,
        loads.filter((load) => load.status === status),
      ),
    );
  }
  const other = /\bWHERE (UPPER\()?STATUS\)? <> '(\w+)'/.exec(text);
  if (other !== null) {
    const compared = (status: string) => (other[1] === undefined ? status : status.toUpperCase());
    return loads
      .filter((load) => compared(account.statusOf(load)) !== other[2])
      .map((load) => ofFile(account, load));
  }
  if (/\bCOUNT\(/.test(text)) return [summary(account, loads)];
  throw syntaxError(text);
}

const DAY_MS = 86_400_000;

/** A file's columns of COPY_HISTORY, and those that are made of them. */
function ofFile(account: SnowflakeAccount, load: Load): Row {
  const { file, status, at, message, modified } = load;
  const STATUS = account.statusOf(load);
  const history = { FILE_NAME: file, STATUS, LAST_LOAD_TIME: time(at), FIRST_ERROR_MESSAGE: message };
  const MODIFIED = status === "Loaded" ? modified : null;
  return { ...history, FILE: file, LOADED_AT: at, MESSAGE: message, MODIFIED };
}

/** A list beside what is known of its files; what the other side does not have is null. */
function joined(known: readonly Row[], listed: readonly Row[] = []): readonly Row[] {
  const files = new Set([...known, ...listed].map(({ FILE }) => FILE));
  return [...files].map((file) => ({
    ...known.find(({ FILE }) => FILE === file),
    ...listed.find(({ FILE }) => FILE === file),
  })) as Row[];
}

/** What queries count of a table. */
function summary(account: SnowflakeAccount, loads: readonly Load[]): Row {
  const [first] = loads;
  const latest = (times: readonly number[]) => (times.length === 0 ? null : time(Math.max(...times)));
  return {
    STATUS: first === undefined ? null : account.statusOf(first),
    FILES: loads.length,
    ROWS_LOADED: loads.reduce((sum, { rows }) => sum + rows, 0),
    ROWS_LOADED_TWICE: 0,
    NEWEST_FILE: latest(loads.map(({ modified }) => modified)),
    LAST_LOADED: latest(loads.map(({ at }) => at)),
    AN_ERROR: loads.find(({ message }) => message !== null)?.message ?? null,
  };
}

/** docs.snowflake.com/en/sql-reference/functions/system_pipe_status */
function pipeStatus(
  { queueArn, received, invalidReason }: SnowflakeAccount,
  { name, properties }: Thing,
): string {
  const at = received.get(name);
  return JSON.stringify({
    executionState: "RUNNING",
    pendingFileCount: 0,
    notificationChannelName: properties.get("AWS_SNS_TOPIC") ?? queueArn,
    ...(at === undefined ? {} : { lastReceivedMessageTimestamp: new Date(at).toISOString() }),
    ...(invalidReason === null ? {} : { error: invalidReason }),
  });
}

/** docs.snowflake.com/en/sql-reference/functions/system_validate_storage_integration: a name in its case, and JSON also of a failure */
async function validation(
  session: Session,
  integration: string,
  url: string,
  action: string,
): Promise<string> {
  const { account, role } = session;
  const thing = account.find("INTEGRATION", quote([unescaped(integration)]));
  if (thing === undefined || !account.sees(role, thing)) {
    const message = `Integration '${integration}' does not exist or not authorized.`;
    throw new Refusal("002003", "02000", `SQL compilation error:\n${message}`);
  }
  const verb = action.toUpperCase();
  try {
    await account.become(thing, url);
    return JSON.stringify({ status: "success", actions: { [verb]: { status: "success" } } });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return JSON.stringify({
      status: "failure",
      actions: { [verb]: { status: "failure", message: error.message } },
    });
  }
}

/** By columns alone, texts as bytes and descending where it says so. */
function ordered(rows: readonly Row[], order: string): readonly Row[] {
  const [first] = rows;
  const keys = order.split(", ").map((key) => /^(\w+)( DESC)?$/.exec(key) ?? []);
  if (first === undefined || !keys.every(([, column = ""]) => column in first)) return rows;
  return [...rows].sort((one, other) => {
    for (const [, column = "", descends] of keys) {
      const found = Buffer.compare(Buffer.from(String(one[column])), Buffer.from(String(other[column])));
      if (found !== 0) return descends ? -found : found;
    }
    return 0;
  });
}

const time = (at: number) => new Date(at).toISOString();
