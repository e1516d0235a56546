import { PROBE } from "./probe";

/** An object as S3 lists it. */
export interface ListedObject {
  readonly Key?: string | undefined;
  readonly Size?: number | undefined;
}

/**
 * Bytes of a compressed file without content. Up to data plane 2.0, Braintrust creates such a file and deletes it where a run finds
 * nothing to export; a listing may meet it.
 */
const EMPTY_GZIP_BYTES = 20;

/** Whether an object is an export: probes of ours, folders, and files without content are none. */
export function isExport({ Key = "", Size }: ListedObject): boolean {
  if (Size === 0 || Key.endsWith("/") || Key.includes(PROBE)) return false;
  return !(Size === EMPTY_GZIP_BYTES && Key.endsWith(".gz"));
}

/** How Braintrust lays out the folders of a stream. */
export type Layout = "folders by run" | "Hive partitions" | "no folders";

/**
 * Data plane 2.1 writes below folders `key=value/`, earlier ones below a folder for each run. Nothing here depends on it: events,
 * stages and policies know the stream's prefix alone.
 *
 * Source: www.braintrust.dev/docs/admin/automations/export-to-cloud-storage
 */
export function layoutOf(key: string, prefix: string): Layout {
  const folders = key.slice(prefix.length).split("/").slice(0, -1);
  if (folders.length === 0) return "no folders";
  return folders.some((folder) => /^[^=]+=/.test(folder)) ? "Hive partitions" : "folders by run";
}

/** The layouts in words; more than one means that Braintrust changed it. */
export function layoutWords(layouts: ReadonlySet<Layout>, newest: Layout): string {
  const others = [...layouts].filter((layout) => layout !== newest);
  if (others.length === 0) return `layout: ${newest}`;
  return `warning: the layout changed from ${others.join(" and ")} to ${newest}; queries that read folders of the bucket need both`;
}
