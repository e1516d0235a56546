import { type Problem, showValue } from "../problems";
import type { Settings } from "../settings";
import { currentOf, filesOf, storedName, viewOf } from "../snowflake-names";

/** Streams that would get in each other's way. */
export function streamConflicts({ streams, exportPrefix }: Settings): Problem[] {
  // Settings put it in front; an argument of the component is the whole prefix.
  const outside = streams.flatMap(({ prefix }, index) =>
    outsideProblems(`streams[${index}].prefix`, prefix, exportPrefix),
  );
  // A thousand streams are half a million pairs.
  if (areApart(streams)) return outside;
  const tables = new Map(streams.map((stream) => [stream, tablesOf(stream)]));
  const near = streams.flatMap((stream, index) => {
    const own = tables.get(stream) ?? [];
    const key = `streams[${index}]`;
    const earlier = streams.slice(0, index);
    const namesake = earlier.find(({ name }) => name.toLowerCase() === stream.name.toLowerCase());
    const overlapping = earlier.find(
      ({ prefix }) => prefix.startsWith(stream.prefix) || stream.prefix.startsWith(prefix),
    );
    const sharing = earlier.find((other) => own.some((name) => tables.get(other)?.includes(name)));
    return [
      ...(namesake === undefined
        ? []
        : [
            {
              key: `${key}.name`,
              value: showValue(stream.name),
              rule: "is taken by another stream",
              fix: "give each stream a name of its own",
            },
          ]),
      ...(overlapping === undefined
        ? []
        : [
            {
              key: `${key}.prefix`,
              value: showValue(stream.prefix),
              rule: `overlaps "${overlapping.prefix}" of stream "${overlapping.name}": each file would be loaded twice, and S3 refuses overlapping notifications`,
              fix: `give each stream a folder of its own below ${exportPrefix}`,
            },
          ]),
      ...(sharing === undefined
        ? []
        : [
            {
              key: `${key}.table`,
              value: showValue(stream.table),
              rule: `is the table of stream "${sharing.name}" too, or one is named as the other's <table>_LATEST, <table>_FILES or <table>_CURRENT`,
              fix: "give each stream a table of its own",
            },
          ]),
    ];
  });
  return [...outside, ...near];
}

/** Whether no two share a name or table, and none lies below another: of sorted prefixes one is below the one before it then. */
function areApart(streams: Settings["streams"]): boolean {
  const names = streams.map(({ name }) => name.toLowerCase());
  const tables = streams.flatMap(tablesOf);
  const prefixes = streams.map(({ prefix }) => prefix).sort();
  return (
    new Set(names).size === names.length &&
    new Set(tables).size === tables.length &&
    prefixes.every((prefix, index) => index === 0 || !prefix.startsWith(prefixes[index - 1] ?? ""))
  );
}

/** A bucket that exists may have other files, which are not this pipeline's to share. */
export function readerConflicts({ crossAccountReaders, exportPrefix }: Settings): Problem[] {
  return crossAccountReaders.flatMap(({ prefixes = [] }, reader) =>
    prefixes.flatMap((prefix, index) =>
      outsideProblems(`crossAccountReaders[${reader}].prefixes[${index}]`, prefix, exportPrefix),
    ),
  );
}

/** Both roles can access what is below the prefix of all exports, and nothing else. */
function outsideProblems(key: string, prefix: string, exportPrefix: string): Problem[] {
  if (prefix.startsWith(exportPrefix)) return [];
  const rule = `is not below exportPrefix, ${exportPrefix}`;
  return [{ key, value: showValue(prefix), rule, fix: `begin it with ${exportPrefix}, or remove it` }];
}

/** Table, views and dynamic table of a stream. Names that differ in case alone count as one: few people would tell them apart. */
function tablesOf({ table }: Settings["streams"][number]): string[] {
  const name = (storedName(table) ?? table).toUpperCase();
  return [name, viewOf(name), filesOf(name), currentOf(name)];
}
