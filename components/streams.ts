import type * as pulumi from "@pulumi/pulumi";
import { awsLimits } from "./aws-limits";

/**
 * Streams that have a notification, a count of requests, an alarm and a graph each. Of more, a destination has one notification,
 * and the first of them alone have the rest: CloudWatch bills the requests of each stream as metrics of their own.
 */
export const SEPARATE_STREAMS = awsLimits.notificationConfigurations.most;

/** Whether a bucket has no room for a notification of each of these. */
export function areMerged(streams: readonly unknown[]): boolean {
  return streams.length > SEPARATE_STREAMS;
}

/** Those whose requests are counted each. */
export function watchedStreams<Stream>(streams: readonly Stream[]): readonly Stream[] {
  return streams.slice(0, SEPARATE_STREAMS);
}

/** The deepest folder with all these prefixes. */
function commonFolder(prefixes: readonly string[]): string {
  const [first = "", ...others] = prefixes;
  const shared = others.reduce((common, prefix) => {
    let length = 0;
    while (length < common.length && common[length] === prefix[length]) length += 1;
    return common.slice(0, length);
  }, first);
  return shared.slice(0, shared.lastIndexOf("/") + 1);
}

/** Which files a notification is of. */
export interface FileFilter<Destination extends pulumi.Input<string>> {
  /** In the notification's Id. @default it is the only one */
  readonly key?: string | undefined;
  readonly prefix: string;
  readonly destination: Destination;
}

/**
 * One notification for each destination, as identical values say, of the folder that its streams share: pipes of one Snowflake
 * account read one queue, and each loads the files of its stage alone, whatever else the queue receives.
 */
export function mergedFilters<Destination extends pulumi.Input<string>>(
  streams: readonly FileFilter<Destination>[],
): FileFilter<Destination>[] {
  const prefixes = new Map<Destination, string[]>();
  for (const { prefix, destination } of streams) {
    const group = prefixes.get(destination);
    if (group === undefined) prefixes.set(destination, [prefix]);
    else group.push(prefix);
  }
  return [...prefixes].map(([destination, group], index) => ({
    key: prefixes.size === 1 ? undefined : String(index + 1),
    prefix: commonFolder(group),
    destination,
  }));
}

/** Arguments as a part of a pipeline registers them: a thousand streams stand in the pipeline's own inputs, once. */
export function withoutMany<Args extends { readonly streams: readonly unknown[] }>(
  args: Args,
): Args | Omit<Args, "streams"> {
  if (!areMerged(args.streams)) return args;
  const { streams: _, ...others } = args;
  return others;
}
