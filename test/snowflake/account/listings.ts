import type { Entry, SnowflakeAccount, Thing } from "./account";
import { Refusal, type Row, syntaxError, unescaped } from "./script";
import { form, type Session } from "./session";

/** A directory table, as of its last refresh: docs.snowflake.com/en/user-guide/data-load-dirtables-query */
const DIRECTORY = "(directory)";

/** What a stage's directory table shows from now on. */
export async function refreshDirectory(account: SnowflakeAccount, stage: Thing): Promise<void> {
  if (!/ENABLE = TRUE/.test(stage.properties.get("DIRECTORY") ?? "")) {
    throw new Refusal(
      "093300",
      "22000",
      `SQL compilation error:\nStage ${stage.name} has no directory table enabled.`,
    );
  }
  const files = await account.readBucket(stage);
  const url = stage.properties.get("URL") ?? "";
  const rows = await Promise.all(
    files.map(async ({ url: of, modified, read }) => ({
      RELATIVE_PATH: of.slice(url.length),
      SIZE: (await read()).length,
      LAST_MODIFIED: modified,
    })),
  );
  stage.properties.set(DIRECTORY, JSON.stringify(rows));
}

/** Of a query that lists a bucket: columns FILE, BYTES, STORED_AT, STORAGE_CLASS. Undefined where it lists none. */
export async function listingOf(session: Session, text: string): Promise<readonly Row[] | undefined> {
  const directory = form(String.raw`.*\bDIRECTORY\('@NAME'\).*`).exec(text)?.[1];
  if (directory !== undefined) {
    const stage = session.need("STAGE", unescaped(directory));
    const prefix = (stage.properties.get("URL") ?? "").replace(/^s3:\/\/[^/]*\//, "");
    const rows = JSON.parse(stage.properties.get(DIRECTORY) ?? "[]") as {
      readonly RELATIVE_PATH: string;
      readonly SIZE: number;
      readonly LAST_MODIFIED: number;
    }[];
    return rows.map(({ RELATIVE_PATH, SIZE, LAST_MODIFIED }) => ({
      FILE: prefix + RELATIVE_PATH,
      BYTES: SIZE,
      STORED_AT: LAST_MODIFIED,
      STORAGE_CLASS: null,
    }));
  }
  const entries = await entriesOf(session, text);
  const bucket = /GET_IGNORE_CASE\(ENTRY, 'bucket'\)::VARCHAR = '([^']*)'/.exec(text)?.[1];
  const prefix = /STARTSWITH\(GET_IGNORE_CASE\(ENTRY, 'key'\)::VARCHAR, '([^']*)'\)/.exec(text)?.[1];
  if (entries === undefined || bucket === undefined || prefix === undefined) return undefined;
  return entries
    .map((entry) => new Map(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), value])))
    .filter((entry) => entry.get("bucket") === bucket && String(entry.get("key")).startsWith(prefix))
    .map((entry) => ({
      FILE: String(entry.get("key")),
      BYTES: Number(entry.get("size")),
      STORED_AT: Date.parse(String(entry.get("last_modified_date"))),
      STORAGE_CLASS: String(entry.get("storage_class")),
    }));
}

/** Of when the list is that a query asks the age of, in milliseconds since 1970. */
export async function listedUntil(session: Session, text: string): Promise<number | null> {
  const manifests = /\(SELECT MAX\(\$1:creationTimestamp::NUMBER\) FROM /.test(text);
  if (manifests) return Number((await newestManifest(session, text)).creationTimestamp);
  const entries = await entriesOf(session, text);
  if (entries === undefined) return Date.now();
  const times = entries.map(({ last_modified_date }) => Date.parse(String(last_modified_date)));
  return times.length === 0 ? null : Math.max(...times);
}

interface Manifest {
  readonly creationTimestamp: string;
  readonly files: readonly { readonly key: string }[];
}

async function newestManifest(session: Session, text: string): Promise<Manifest> {
  const found = await staged(session, text, "manifest");
  const manifests = found.map(({ content }) => JSON.parse(content) as Manifest);
  const [newest] = manifests.sort(
    (one, other) => Number(other.creationTimestamp) - Number(one.creationTimestamp),
  );
  if (newest === undefined) throw syntaxError("no manifest");
  return newest;
}

/** Rows of a table, or of the files that the newest manifest names; those are JSON here and Parquet in S3. */
async function entriesOf(session: Session, text: string): Promise<readonly Entry[] | undefined> {
  const table = form(String.raw`.*\bSELECT OBJECT_CONSTRUCT\(\*\) AS ENTRY FROM NAME\).*`).exec(
    text.replace(/\s+\)/g, ")"),
  )?.[1];
  if (table !== undefined) return session.account.rows.get(session.need("TABLE", table).name) ?? [];
  if (!/\bAS ENTRY\b/.test(text)) return undefined;
  const { files } = await newestManifest(session, text);
  const data = await staged(session, text, "data");
  const named = data.filter(({ key }) => files.some((file) => file.key === key));
  return named.flatMap(({ content }) => JSON.parse(content) as Entry[]);
}

/** Files of a stage below the path that a query names, by the pattern there. docs.snowflake.com/en/user-guide/querying-stage */
async function staged(session: Session, text: string, kind: "manifest" | "data") {
  const queried = /'@((?:[^']|'')*?)(\/[^'"]*)?' \(FILE_FORMAT => '([^']*)', PATTERN => '([^']*)'\)/g;
  for (const [, name = "", path = "/", fileFormat = "", pattern = ""] of text.matchAll(queried)) {
    if (pattern.includes("manifest") !== (kind === "manifest")) continue;
    session.need("FILE FORMAT", fileFormat);
    const stage = session.need("STAGE", unescaped(name));
    const url = `${(stage.properties.get("URL") ?? "").replace(/\/$/, "")}${path}`;
    const files = (await session.account.readBucket(stage)).filter(
      (file) => file.url.startsWith(url) && new RegExp(`^${pattern}$`).test(file.url),
    );
    return Promise.all(
      files.map(async ({ url: of, read }) => ({
        key: of.replace(/^s3:\/\/[^/]*\//, ""),
        content: String(await read()),
      })),
    );
  }
  throw syntaxError(text);
}
