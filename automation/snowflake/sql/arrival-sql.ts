import type { PipelineOutputs } from "../../outputs";
import { freshness, pipeStatus } from "./check-sql";
import { autoIngests } from "./integration-sql";
import { namesOf } from "./names";
import { KEEP_CASE } from "./scripting";

/** What each stream's pipe last received, and the rows of its table. Changes nothing; for a stack that is loaded. */
export function arrivalSql(outputs: PipelineOutputs): string {
  const names = namesOf(outputs);
  const statements = [
    KEEP_CASE,
    `USE ROLE ${names.loadingRole}`,
    `USE WAREHOUSE ${names.warehouse}`,
    ...(autoIngests(outputs) ? names.streams.map(pipeStatus) : []),
    ...names.streams.map(freshness),
  ];
  return `-- arrivals\n${statements.map((statement) => `${statement};`).join("\n")}\n`;
}
