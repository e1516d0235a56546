import { LOADS_FROM, LOADS_INTO, type Thing } from "./account";
import { Refusal, unescaped } from "./script";
import { form, insufficient, quote, type Session } from "./session";

/** What CREATE and ALTER do with one object: rights, properties, and what the object refers to. */

/** Rights on the account by which these are created; everything else is created in a schema. */
const ON_ACCOUNT = ["WAREHOUSE", "DATABASE", "ROLE", "INTEGRATION"];

/** CREATE needs its right even with IF NOT EXISTS: docs.snowflake.com/en/user-guide/security-access-control-privileges */
export function needRightToCreate(session: Session, kind: string, parts: readonly string[]): void {
  const { account, role } = session;
  if (ON_ACCOUNT.includes(kind)) {
    if (!account.may(role, `CREATE ${kind}`, "ACCOUNT")) throw insufficient("account 'KX40210'");
    return;
  }
  const database = session.need("DATABASE", quote(parts.slice(0, 1)));
  if (kind === "SCHEMA") {
    if (!account.owns(role, database)) throw insufficient(`database '${database.parts[0]}'`);
    return;
  }
  const schema = session.need("SCHEMA", quote(parts.slice(0, 2)));
  if (!account.owns(role, schema) && !account.may(role, `CREATE ${kind}`, `SCHEMA ${schema.name}`)) {
    throw insufficient(`schema '${schema.parts[1]}'`);
  }
}

/** The object that a CREATE makes, whose properties hold. */
export function created(session: Session, kind: string, parts: readonly string[], definition: string): Thing {
  const thing: Thing = {
    kind,
    name: quote(parts),
    parts,
    owner: session.role,
    definition,
    properties: new Map(integrationDefaults(session, kind, definition)),
  };
  for (const [property, value] of propertiesIn(session, definition.split(/\nAS\n/)[0] ?? "")) {
    thing.properties.set(property, value);
  }
  const integration = thing.properties.get("STORAGE_INTEGRATION");
  if (integration !== undefined) needUsage(session, integration);
  const fileFormat = thing.properties.get("FILE_FORMAT");
  if (kind === "STAGE" && fileFormat !== undefined) session.need("FILE FORMAT", inConstant(fileFormat));
  if (kind === "DYNAMIC TABLE") needHistory(session, definition);
  return thing;
}

/** docs.snowflake.com/en/user-guide/dynamic-tables-create: change tracking "with non-zero time travel retention" */
function needHistory(session: Session, definition: string): void {
  const table = form(String.raw`.*\sFROM NAME\s.*`).exec(definition)?.[1];
  if (table === undefined || session.retentionOf(session.need("TABLE", table).parts) > 0) return;
  throw new Refusal("002714", "42601", "Change tracking is not available: data retention is 0.");
}

/** docs.snowflake.com/en/sql-reference/sql/desc-integration */
function integrationDefaults({ account }: Session, kind: string, definition: string): [string, string][] {
  if (kind !== "INTEGRATION") return [];
  if (definition.includes("EXTERNAL_STAGE")) {
    return [
      ["STORAGE_BLOCKED_LOCATIONS", ""],
      ["STORAGE_AWS_IAM_USER_ARN", account.storageUser],
      ["STORAGE_AWS_EXTERNAL_ID", "KX40210_SFCRole=2_r4nd0m="],
      ["USE_PRIVATELINK_ENDPOINT", "false"],
    ];
  }
  return [
    ["SF_AWS_IAM_USER_ARN", account.topicUser],
    ["SF_AWS_EXTERNAL_ID", "KX40210_SFCRole=7_3rr0r5="],
  ];
}

/** `NAME = value`, a text, a word, a name or a list in parentheses. */
export function propertiesIn(session: Session, text: string): [string, string][] {
  const found = text.matchAll(
    /(\w+)\s*=\s*(?:'((?:[^']|'')*)'|\(((?:'(?:[^']|'')*'|[^')])*)\)|("(?:[^"]|"")*")|(\w+))/g,
  );
  return [...found].map(([, property = "", constant, list, name, word]) => {
    if (constant !== undefined) return [property, constant.replaceAll("''", "'")];
    if (name !== undefined) return [property, session.quoted(name)];
    if (list === undefined)
      return [property, (word ?? "").replace(/^(TRUE|FALSE)$/, (flag) => flag.toLowerCase())];
    return [property, property.endsWith("LOCATIONS") ? list.replace(/[\s']/g, "") : list.trim()];
  });
}

/** A pipe or a task reads its stage with the rights of the role that creates it. */
export async function checkLoader(session: Session, loader: Thing): Promise<void> {
  const stage = stageOf(session, loader.definition);
  loader.properties.set(LOADS_FROM, stage.name);
  loader.properties.set(LOADS_INTO, targetOf(session, loader.definition));
  needErrorIntegration(session, loader);
  if (loader.kind === "TASK") return;
  await session.account.readBucket(stage);
  const topic = loader.properties.get("AWS_SNS_TOPIC");
  // docs.snowflake.com/en/user-guide/data-load-snowpipe-auto-s3: the topic's policy has to name Snowflake's user first
  if (topic !== undefined && !session.account.aws.subscribes(topic, session.account.topicUser)) {
    const cause = `User: ${session.account.topicUser} may not perform: SNS:Subscribe on resource: ${topic}`;
    throw new Refusal("091012", "22000", `Pipe Notifications bind failure "${cause}"`);
  }
}

export function needErrorIntegration(session: Session, { properties }: Thing): void {
  const integration = properties.get("ERROR_INTEGRATION");
  if (integration !== undefined) needUsage(session, integration);
}

function needUsage(session: Session, integration: string): void {
  const { account, role } = session;
  const found = account.find("INTEGRATION", integration);
  if (found && (account.owns(role, found) || account.may(role, "USAGE", `INTEGRATION ${found.name}`))) return;
  throw new Refusal(
    "002003",
    "02000",
    `SQL compilation error:\nIntegration '${integration}' does not exist or not authorized.`,
  );
}

/** The stage behind `FROM '@...'`. */
export function stageOf(session: Session, sql: string): Thing {
  return session.need("STAGE", unescaped(/'@((?:[^']|'')*)'/.exec(sql)?.[1] ?? ""));
}

/** The table that a COPY fills. */
export function targetOf(session: Session, sql: string): string {
  const name = form("(?:.*\\s)?COPY INTO NAME\\s.*").exec(sql)?.[1] ?? "";
  return session.need("TABLE", name).name;
}

/** Loads by a pipe or a task, of all that lies in its stage. */
export async function loadAll({ account }: Session, { properties }: Thing): Promise<void> {
  const stage = account.find("STAGE", properties.get(LOADS_FROM) ?? "");
  if (stage !== undefined) await account.copy(properties.get(LOADS_INTO) ?? "", stage);
}

/** A name within a constant within a list: `FORMAT_NAME = '"A"."B"'`. */
const inConstant = (list: string) => unescaped(/'((?:[^']|'')*)'/.exec(list)?.[1] ?? "");
