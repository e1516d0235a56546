import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { filesSql } from "../../automation/reconcile/files-sql";
import { snowflakeSql, sqlParts } from "../../automation/snowflake/sql/sql";
import { accesses, modes, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";

const page = fs.readFileSync(path.join(__dirname, "../../docs/snowflake.md"), "utf8");
const settings = ["adminRole", "integrationRole", "role"] as const;

/** Rows of the page's table of parts, a cell for each role. */
function documented(): Map<string, string[]> {
  const [, body = ""] = /\n\| part .*\n\|[- |]*\n((?:\|.*\n)+)/.exec(page) ?? [];
  return new Map(
    body
      .trim()
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .map(([, part = "", ...cells]) => [part.replaceAll("`", ""), cells.slice(0, settings.length)]),
  );
}

const systemRoles = ["ACCOUNTADMIN", "SYSADMIN", "USERADMIN", "SECURITYADMIN"];
const samples = modes.flatMap((mode) =>
  accesses.flatMap((access) =>
    [false, true].flatMap((errors) =>
      [undefined, 5].map((monthlyCredits) => {
        // Only ACCOUNTADMIN creates a resource monitor.
        const adminRole = monthlyCredits === undefined ? "admins" : "ACCOUNTADMIN";
        const snowflake = { adminRole, integrationRole: "integrators", monthlyCredits };
        return sampleOutputs({ mode, access, errors, snowflake });
      }),
    ),
  ),
);

/** How often SQL uses the role of each setting. */
function used(texts: readonly string[]): string[] {
  const uses = texts.map((text) => {
    const roles = [...text.matchAll(/^ *USE ROLE "?(\w+)"?;$/gm)].map(([, role = ""]) => role);
    const byRole = { ADMINS: "adminRole", INTEGRATORS: "integrationRole", LOADER: "role" } as const;
    const admin = systemRoles.map((role) => [role, "adminRole"] as const);
    const known = new Map<string, (typeof settings)[number]>([...Object.entries(byRole), ...admin]);
    return roles.map((role) => known.get(role) ?? assert.fail(role));
  });
  return settings.map((setting) => {
    const count = uses.filter((roles) => roles.includes(setting)).length;
    return count === 0 ? "never" : count === uses.length ? "always" : "sometimes";
  });
}

describe("docs/snowflake.md, the roles", () => {
  const rows = documented();

  for (const part of [...sqlParts, "query of reconcile"] as const) {
    it(`says which roles the SQL of ${part} uses`, () => {
      const texts = samples.map((outputs) =>
        part === "query of reconcile" ? filesSql(outputs) : snowflakeSql(outputs, part),
      );
      const said = rows.get(part)?.map((cell) => (/^(always|never)$/.test(cell) ? cell : "sometimes"));
      assert.deepEqual(said, used(texts));
    });
  }
});
