import { catalog } from "./catalog";
import { grants } from "./grants";
import { refreshDirectory } from "./listings";
import { monitors } from "./monitors";
import {
  checkLoader,
  created,
  loadAll,
  needErrorIntegration,
  needRightToCreate,
  propertiesIn,
  stageOf,
} from "./objects";
import { queries } from "./queries";
import { constantsIn, Refusal } from "./script";
import { form, KIND, likeIn, noObject, quote, type Statement, TAG } from "./session";
import { shownObjects } from "./shown-objects";

const CREATED = "2026-11-01 00:00:00.000 -0700";

/** What the account understands. Everything else is a syntax error, whoever thought it well formed. */
export const statements: readonly Statement[] = [
  ...monitors,
  [
    form("ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = (TRUE|FALSE)"),
    (session, value) => {
      session.ignoresCase = value === "TRUE";
      return undefined;
    },
  ],
  [form("ALTER SESSION SET AUTOCOMMIT = TRUE"), () => undefined],
  [
    // The Snowflake CLI's own is in small letters.
    form("(?:USE ROLE|use role) NAME"),
    (session, name = "") => {
      const { account } = session;
      const role = session.stored(name);
      if (!account.hasRole(role)) throw noObject();
      if (!account.userRoles.some((one) => account.inherited(one).has(role))) {
        const message = `Requested role '${role}' is not assigned to the executing user. Specify another role to activate.`;
        throw new Refusal("003013", "42501", `SQL access control error:\n${message}`);
      }
      session.role = role;
      return undefined;
    },
  ],
  [
    form(`USE WAREHOUSE NAME`),
    (session, name = "") => {
      const found = session.account.find("WAREHOUSE", session.quoted(name));
      if (!found || !session.account.sees(session.role, found)) throw noObject();
      session.warehouse = found.name;
      return undefined;
    },
  ],
  [
    form(`CREATE (OR REPLACE |OR ALTER )?(?:TEMPORARY )?${KIND} (IF NOT EXISTS )?NAME(.*)`),
    async (session, or = "", kindOf = "", unless = "", name = "", rest = "") => {
      const kind = kindOf.replace(/^(STORAGE|NOTIFICATION) /, "");
      const parts = session.parts(name);
      needRightToCreate(session, kind, parts);
      const before = session.account.find(kind, quote(parts));
      if (before && unless) return [{ status: `${parts.at(-1)} already exists, statement succeeded.` }];
      if (before && !or)
        throw new Refusal("002002", "42710", `SQL compilation error:\nObject '${name}' already exists.`);
      const thing = created(session, kind, parts, rest);
      if (kind === "PIPE" || kind === "TASK") await checkLoader(session, thing);
      session.account.put(thing);
      return undefined;
    },
  ],
  [
    // docs.snowflake.com/en/user-guide/object-tagging/work
    form("ALTER (DATABASE|SCHEMA|VIEW) NAME SET TAG NAME = '([^']*)'"),
    (session, kind = "", name = "", tag = "", value = "") => {
      session.need(kind, name).properties.set(`${TAG}${session.quoted(tag)}`, value);
      return undefined;
    },
  ],
  [
    form(`ALTER ${KIND} (IF EXISTS )?NAME (SET\\s.*|SUSPEND|RESUME|REFRESH)`),
    async (session, kindOf = "", unless = "", name = "", change = "") => {
      const kind = kindOf.replace(/^(STORAGE|NOTIFICATION) /, "");
      if (unless && !session.account.find(kind, session.quoted(name))) return undefined;
      const thing = session.needOwned(kind, name);
      // docs.snowflake.com/en/sql-reference/sql/alter-task: the owner needs EXECUTE TASK
      if (change === "RESUME" && !session.account.may(session.role, "EXECUTE TASK", "ACCOUNT")) {
        throw new Refusal(
          "091089",
          "23001",
          "Cannot execute task , EXECUTE TASK privilege must be granted to owner role",
        );
      }
      if (change === "REFRESH" && kind === "STAGE") await refreshDirectory(session.account, thing);
      else if (change === "REFRESH") await loadAll(session, thing);
      for (const [property, value] of propertiesIn(session, change)) thing.properties.set(property, value);
      if (kind === "PIPE") needErrorIntegration(session, thing);
      return undefined;
    },
  ],
  [
    form(`DROP ${KIND} IF EXISTS NAME`),
    (session, kind = "", name = "") => {
      if (session.account.find(kind, session.quoted(name)))
        session.account.drop(session.needOwned(kind, name));
      return undefined;
    },
  ],
  [
    form(`DESC(?:RIBE)? ${KIND} NAME`),
    (session, kind = "", name = "") => {
      const { properties, parts } = session.need(kind, name);
      if (kind !== "INTEGRATION") return [{ created_on: CREATED, name: parts.at(-1) ?? null }];
      return [...properties].map(([property, value]) => ({
        property,
        property_type: /^(true|false)$/.test(value) ? "Boolean" : "String",
        property_value: value,
        property_default: "",
      }));
    },
  ],
  [
    form("SHOW INTEGRATIONS LIKE '((?:[^']|'')*)'"),
    (session, like = "") =>
      session.account
        .all("INTEGRATION")
        .filter(({ parts }) => likeIn(like).test(parts[0] ?? ""))
        .map(({ parts }) => ({
          name: parts[0] ?? null,
          type: "",
          category: "",
          enabled: "true",
          created_on: CREATED,
        })),
  ],
  [
    // docs.snowflake.com/en/sql-reference/sql/show-roles
    form("SHOW ROLES LIKE '((?:[^']|'')*)'"),
    (session, like = "") =>
      session.account
        .all("ROLE")
        .filter(({ parts }) => likeIn(like).test(parts[0] ?? ""))
        .map(({ parts, owner, properties }) => ({
          created_on: CREATED,
          name: parts[0] ?? null,
          owner,
          comment: properties.get("COMMENT") ?? "",
        })),
  ],
  [
    form("COPY INTO NAME (.*)"),
    async (session, name = "", rest = "") => {
      session.needWarehouse();
      const stage = stageOf(session, rest);
      const listed = /\sFILES = \((.*)\)$/s.exec(rest)?.[1];
      const named = listed && constantsIn(listed).map((file) => `${stage.properties.get("URL")}${file}`);
      const table = session.needOwned("TABLE", name).name;
      const copied = await session.account.copy(table, stage, named || undefined);
      if (copied.size === 0) return [{ status: "Copy executed with 0 files processed." }];
      // docs.snowflake.com/en/sql-reference/sql/copy-into-table (output)
      return [...copied].map(([file, { status, rows, message }]) => ({
        file,
        status: status.toUpperCase().replace(" ", "_"),
        rows_parsed: rows,
        rows_loaded: rows,
        errors_seen: message === null ? 0 : 1,
        first_error: message,
      }));
    },
  ],
  [
    form(`EXECUTE TASK NAME`),
    async (session, name = "") => {
      const task = session.needOwned("TASK", name);
      await loadAll(session, task);
      session.account.taskRuns.push(task.parts.at(-1) ?? "");
      return undefined;
    },
  ],
  ...grants,
  ...shownObjects,
  ...catalog,
  ...queries,
];
