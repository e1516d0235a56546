import { catalog } from "./catalog";
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
import { form, insufficient, likeIn, quote, type Statement, TAG } from "./session";

const KIND =
  "(WAREHOUSE|DATABASE|SCHEMA|ROLE|FILE FORMAT|STAGE|TABLE|DYNAMIC TABLE|VIEW|PIPE|TASK|(?:STORAGE |NOTIFICATION )?INTEGRATION)";
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
    form(`SHOW GRANTS OF ROLE NAME`),
    (session, name = "") => {
      const { account, role } = session;
      const stored = session.stored(name);
      const { owner } = account.find("ROLE", session.quoted(name)) ?? { owner: "ACCOUNTADMIN" };
      const roles = account.inherited(role);
      const sees = roles.has(stored) || roles.has(owner) || account.may(role, "MANAGE GRANTS", "ACCOUNT");
      if (!account.hasRole(stored) || !sees) throw noObject();
      return [];
    },
  ],
  [
    form(`SHOW (PIPES|TASKS) IN SCHEMA NAME`),
    (session, kinds = "", name = "") => {
      const { parts } = session.need("SCHEMA", name);
      return session.account
        .all(kinds.slice(0, -1))
        .filter((thing) => thing.parts[0] === parts[0] && thing.parts[1] === parts[1])
        .map((thing) => ({
          created_on: CREATED,
          name: thing.parts[2] ?? null,
          database_name: thing.parts[0] ?? null,
          schema_name: thing.parts[1] ?? null,
          definition: thing.definition,
          owner: thing.owner,
          ...(kinds === "PIPES" && {
            notification_channel: thing.properties.get("AWS_SNS_TOPIC") ?? session.account.queueArn,
            invalid_reason: session.account.invalidReason,
          }),
          comment: thing.properties.get("COMMENT") ?? "",
        }));
    },
  ],
  [
    form(`GRANT ROLE NAME TO ROLE NAME`),
    (session, role = "", parent = "") => {
      const { owner } = session.account.find("ROLE", session.quoted(role)) ?? { owner: "ACCOUNTADMIN" };
      const roles = session.account.inherited(session.role);
      if (!roles.has(owner) && !roles.has("SECURITYADMIN")) throw insufficient(`role ${role}`);
      session.account.grantRole(session.stored(role), session.stored(parent));
      return undefined;
    },
  ],
  [
    // docs.snowflake.com/en/sql-reference/sql/grant-ownership
    form("GRANT OWNERSHIP ON ROLE NAME TO ROLE NAME"),
    (session, name = "", owner = "") => {
      const role = session.account.find("ROLE", session.quoted(name));
      if (role === undefined || !session.account.hasRole(session.stored(owner))) throw noObject();
      const manages = session.account.may(session.role, "MANAGE GRANTS", "ACCOUNT");
      if (!manages && !session.account.owns(session.role, role)) throw insufficient(`role ${name}`);
      session.account.put({ ...role, owner: session.stored(owner) });
      return undefined;
    },
  ],
  [
    form(`GRANT ([A-Z ,]+) ON (ACCOUNT|${KIND.slice(1, -1)})(?: NAME)? TO ROLE NAME`),
    (session, privileges = "", kind = "", name = "", role = "") => {
      const { account } = session;
      if (!account.hasRole(session.stored(role))) throw noObject();
      const manages = account.may(session.role, "MANAGE GRANTS", "ACCOUNT");
      const thing = kind === "ACCOUNT" ? undefined : account.find(kind, session.quoted(name));
      if (kind !== "ACCOUNT" && !thing) session.need(kind, name);
      // docs.snowflake.com/en/user-guide/security-access-control-configure (managed access schemas)
      const schema = account.find("SCHEMA", quote(thing?.parts.slice(0, 2) ?? []));
      const granter = schema?.definition.includes("WITH MANAGED ACCESS") ? schema : thing;
      if (!manages && !(granter && account.owns(session.role, granter)))
        throw insufficient(`${kind} ${name}`);
      for (const privilege of privileges.split(",")) {
        account.grant(
          privilege.trim(),
          thing ? `${thing.kind} ${thing.name}` : "ACCOUNT",
          session.stored(role),
        );
      }
      return undefined;
    },
  ],
  [
    // docs.snowflake.com/en/sql-reference/sql/revoke-privilege
    form("REVOKE ([A-Z ,]+) ON ACCOUNT FROM ROLE NAME"),
    (session, privileges = "", role = "") => {
      const { account } = session;
      if (!account.hasRole(session.stored(role))) throw noObject();
      if (!account.may(session.role, "MANAGE GRANTS", "ACCOUNT")) throw insufficient("account 'KX40210'");
      for (const privilege of privileges.split(","))
        account.revoke(privilege.trim(), "ACCOUNT", session.stored(role));
      return undefined;
    },
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
  ...catalog,
  ...queries,
];

const noObject = () =>
  new Refusal(
    "002043",
    "02000",
    "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
  );
