import { stringify } from "yaml";
import { currentOf, filesOf, viewOf } from "../../../components/settings/snowflake-names";
import type { PipelineOutputs } from "../../outputs";
import { canonicalName } from "./identifiers";
import { namesOf } from "./names";

/**
 * What a stack loads, as the sources of a dbt project. A table is late as the stack's alarm has it, and in error after twice
 * that time, as `reconcile` has it. Views have no freshness: it would read the whole table again.
 * dbt reads both under `config` since 1.10.3, and has deprecated them beside it since 1.10.
 * docs.getdbt.com/reference/source-properties, docs.getdbt.com/reference/resource-properties/freshness
 *
 * @throws UsageError for a name in the settings that the SQL could not have either.
 */
export function dbtSources(outputs: PipelineOutputs, exportEveryHours: number): string {
  const { stack, snowflake } = outputs;
  const { comment, streams } = namesOf(outputs);
  const source = {
    name: `braintrust_${(stack ?? outputs.bucketName).replace(/\W/g, "_")}`,
    description: comment,
    database: canonicalName(snowflake.database),
    schema: canonicalName(snowflake.schema),
    quoting: { database: true, schema: true, identifier: true },
    config: {
      loaded_at_field: "LOADED_AT",
      freshness: { warn_after: within(exportEveryHours), error_after: within(2 * exportEveryHours) },
    },
    tables: streams.flatMap(({ stream }) => {
      const table = canonicalName(stream.table);
      const derived = (name: string, description: string) => ({
        name,
        description: `Stream ${stream.name}: ${description}`,
        config: { freshness: null },
      });
      return [
        { name: table, description: `Stream ${stream.name}: each exported record as it was loaded` },
        derived(viewOf(table), "the newest record of each id"),
        derived(filesOf(table), "each file, and whether it was loaded"),
        ...(snowflake.currentLagMinutes === undefined
          ? []
          : [derived(currentOf(table), "the newest record of each id, as a dynamic table")]),
      ];
    }),
  };
  return stringify({ version: 2, sources: [source] }, { lineWidth: 0 });
}

/** dbt counts in whole units. */
function within(hours: number) {
  return Number.isInteger(hours)
    ? { count: hours, period: "hour" }
    : { count: Math.ceil(hours * 60), period: "minute" };
}
