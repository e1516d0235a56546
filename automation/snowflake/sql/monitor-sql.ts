import type { PipelineOutputs } from "../../outputs";
import { literal, quoteIdentifier } from "./identifiers";
import { ADMIN_ROLE, type Names } from "./names";
import { block, show, shown } from "./scripting";

/** Alone may create a resource monitor: docs.snowflake.com/en/sql-reference/sql/create-resource-monitor */
const CREATOR = quoteIdentifier(ADMIN_ROLE);

/** What SHOW WAREHOUSES has where there is none. */
const NONE = "null";

/**
 * Has a resource monitor of the warehouse's name suspend it once a calendar month's credits are used up. A monitor takes no
 * comment, so the stack's own is the one that watches the stack's own warehouse under this name. Another's warehouse or monitor
 * stops the script. docs.snowflake.com/en/user-guide/resource-monitors
 */
export function monitorSql({ snowflake }: PipelineOutputs, names: Names): string[] {
  const { monthlyCredits } = snowflake;
  if (monthlyCredits === undefined) return [];
  const { warehouse, storedWarehouse } = names;
  const setting = "snowflake.monthlyCredits";
  const foreignWarehouse = `the warehouse ${storedWarehouse} does not have the comment of this stack; if it is the stack's, set its comment to ${names.comment}, else name another in snowflake.warehouse, or leave out ${setting}`;
  const otherMonitor = `another resource monitor watches the warehouse ${storedWarehouse} of this stack; unassign that monitor, or leave out ${setting}`;
  const foreignMonitor = `the resource monitor ${storedWarehouse} exists and does not watch the warehouse of this stack; drop it, or leave out ${setting}`;
  const quota = `CREDIT_QUOTA = ${monthlyCredits}`;
  return [
    ...session(names),
    block([
      "DECLARE",
      `  foreign_warehouse EXCEPTION (-20002, ${literal(foreignWarehouse)});`,
      `  foreign_monitor EXCEPTION (-20003, ${literal(foreignMonitor)});`,
      `  other_monitor EXCEPTION (-20004, ${literal(otherMonitor)});`,
      "BEGIN",
      `  ${show("WAREHOUSES", storedWarehouse)};`,
      `  IF (${shown(watched(names))}) THEN`,
      `    ALTER RESOURCE MONITOR ${warehouse} SET ${quota};`,
      "    RETURN 'altered';",
      "  END IF;",
      `  ${show("WAREHOUSES", storedWarehouse)};`,
      `  IF (NOT ${shown({ name: storedWarehouse, comment: names.comment })}) THEN`,
      "    RAISE foreign_warehouse;",
      "  END IF;",
      `  ${show("WAREHOUSES", storedWarehouse)};`,
      `  IF (NOT ${shown({ name: storedWarehouse, resource_monitor: NONE })}) THEN`,
      "    RAISE other_monitor;",
      "  END IF;",
      `  ${show("RESOURCE MONITORS", storedWarehouse)};`,
      `  IF (${shown({ name: storedWarehouse })}) THEN`,
      "    RAISE foreign_monitor;",
      "  END IF;",
      `  CREATE RESOURCE MONITOR IF NOT EXISTS ${warehouse} WITH ${quota}`,
      "    TRIGGERS ON 75 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND;",
      `  ALTER WAREHOUSE ${warehouse} SET RESOURCE_MONITOR = ${warehouse};`,
      "  RETURN 'created';",
      "END;",
    ]),
  ];
}

/** Drops the monitor where it is the stack's. */
export function dropMonitorSql({ snowflake }: PipelineOutputs, names: Names): string[] {
  if (snowflake.monthlyCredits === undefined) return [];
  return [
    ...session(names),
    block([
      "BEGIN",
      `  ${show("WAREHOUSES", names.storedWarehouse)};`,
      `  IF (${shown(watched(names))}) THEN`,
      `    DROP RESOURCE MONITOR IF EXISTS ${names.warehouse};`,
      "  END IF;",
      "END;",
    ]),
  ];
}

function session({ warehouse }: Names): string[] {
  return [`USE ROLE ${CREATOR}`, `USE WAREHOUSE ${warehouse}`];
}

/** The stack's warehouse, as SHOW WAREHOUSES has it once the monitor watches it. */
function watched({ storedWarehouse, comment }: Names) {
  return { name: storedWarehouse, comment, resource_monitor: storedWarehouse };
}
