import { Refusal } from "./script";
import { form, insufficient, KIND, noObject, quote, type Statement } from "./session";

/** Who may grant what to whom. docs.snowflake.com/en/user-guide/security-access-control-privileges */
export const grants: readonly Statement[] = [
  [
    form("SHOW GRANTS OF ROLE NAME"),
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
    form("GRANT ROLE NAME TO ROLE NAME"),
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
    form("GRANT ([A-Z ,]+) ON ACCOUNT TO ROLE NAME( WITH GRANT OPTION)?"),
    (session, privileges = "", name = "", option) => {
      const { account } = session;
      const role = session.stored(name);
      if (!account.hasRole(role)) throw noObject();
      for (const privilege of privileges.split(",").map((each) => each.trim())) {
        if (!account.mayGrant(session.role, privilege))
          throw new Refusal("003102", "42501", "Grant not executed: Insufficient privileges.");
        account.grant(privilege, "ACCOUNT", role);
        if (option !== undefined) account.grantOption(privilege, role);
      }
      return undefined;
    },
  ],
  [
    form(`GRANT ([A-Z ,]+) ON ${KIND} NAME TO ROLE NAME`),
    (session, privileges = "", kind = "", name = "", role = "") => {
      const { account } = session;
      if (!account.hasRole(session.stored(role))) throw noObject();
      const manages = account.may(session.role, "MANAGE GRANTS", "ACCOUNT");
      const thing = account.find(kind, session.quoted(name)) ?? session.need(kind, name);
      // docs.snowflake.com/en/user-guide/security-access-control-configure (managed access schemas)
      const schema = account.find("SCHEMA", quote(thing.parts.slice(0, 2)));
      const granter = schema?.definition.includes("WITH MANAGED ACCESS") ? schema : thing;
      if (!manages && !account.owns(session.role, granter)) throw insufficient(`${kind} ${name}`);
      for (const privilege of privileges.split(","))
        account.grant(privilege.trim(), `${thing.kind} ${thing.name}`, session.stored(role));
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
];
