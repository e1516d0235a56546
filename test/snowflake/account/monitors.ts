import { Refusal } from "./script";
import { form, insufficient, likeIn, type Session, type Statement } from "./session";

const LIKE = "LIKE '((?:[^']|'')*)'";
const TRIGGERS = String.raw`(?:\s+TRIGGERS(?:\s+ON \d+ PERCENT DO (?:NOTIFY|SUSPEND|SUSPEND_IMMEDIATE))+)?`;
const MONITOR = "RESOURCE MONITOR";

/**
 * Resource monitors: ACCOUNTADMIN alone creates and assigns them, and they take no comment.
 * docs.snowflake.com/en/user-guide/resource-monitors, .../sql-reference/sql/create-resource-monitor
 */
export const monitors: readonly Statement[] = [
  [
    // Where none is assigned, the text "null": github.com/Snowflake-Labs/sfquickstarts/issues/77
    form(`SHOW WAREHOUSES ${LIKE}`),
    ({ account, role }, like = "") =>
      account
        .all("WAREHOUSE")
        .filter((thing) => account.sees(role, thing) && likeIn(like).test(thing.parts[0] ?? ""))
        .map(({ parts, owner, properties }) => ({
          name: parts[0] ?? null,
          state: "SUSPENDED",
          owner,
          comment: properties.get("COMMENT") ?? "",
          resource_monitor: properties.get("RESOURCE_MONITOR")?.slice(1, -1).replaceAll('""', '"') ?? "null",
        })),
  ],
  [
    form(`SHOW RESOURCE MONITORS ${LIKE}`),
    ({ account, role }, like = "") =>
      account
        .all(MONITOR)
        .filter((thing) => account.sees(role, thing) && likeIn(like).test(thing.parts[0] ?? ""))
        .map(({ parts, owner, properties }) => ({
          name: parts[0] ?? null,
          credit_quota: properties.get("CREDIT_QUOTA") ?? null,
          owner,
          comment: null,
        })),
  ],
  [
    form(`CREATE ${MONITOR} (IF NOT EXISTS )?NAME WITH CREDIT_QUOTA = (\\d+)(${TRIGGERS})`),
    (session, unless = "", name = "", quota = "", definition = "") => {
      needAdministrator(session);
      const stored = session.quoted(name);
      if (session.account.find(MONITOR, stored)) {
        if (unless) return undefined;
        throw new Refusal("002002", "42710", `SQL compilation error:\nObject '${name}' already exists.`);
      }
      const properties = new Map([["CREDIT_QUOTA", quota]]);
      const { role: owner } = session;
      session.account.put({
        kind: MONITOR,
        name: stored,
        parts: session.parts(name),
        owner,
        definition,
        properties,
      });
      return undefined;
    },
  ],
  [
    form(`ALTER ${MONITOR} NAME SET CREDIT_QUOTA = (\\d+)`),
    (session, name = "", quota = "") => {
      session.needOwned(MONITOR, name).properties.set("CREDIT_QUOTA", quota);
      return undefined;
    },
  ],
  [
    form(`DROP ${MONITOR} IF EXISTS NAME`),
    (session, name = "") => {
      if (!session.account.find(MONITOR, session.quoted(name))) return undefined;
      const monitor = session.needOwned(MONITOR, name);
      session.account.drop(monitor);
      for (const { properties } of session.account.all("WAREHOUSE")) {
        if (properties.get("RESOURCE_MONITOR") === monitor.name) properties.delete("RESOURCE_MONITOR");
      }
      return undefined;
    },
  ],
  [
    form("ALTER WAREHOUSE NAME SET RESOURCE_MONITOR = NAME"),
    (session, warehouse = "", monitor = "") => {
      needAdministrator(session);
      const { name } = session.need(MONITOR, monitor);
      session.need("WAREHOUSE", warehouse).properties.set("RESOURCE_MONITOR", name);
      return undefined;
    },
  ],
];

function needAdministrator({ role }: Session): void {
  if (role !== "ACCOUNTADMIN") throw insufficient("account 'KX40210'");
}
