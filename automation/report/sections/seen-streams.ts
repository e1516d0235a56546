import { fileStates } from "../../reconcile/states";
import type { ReportData } from "../report-data";
import { isBad, sentence } from "./section";

type Stream = ReportData["outputs"]["streams"][number];

/** A stream with what the deployed stack answered about it. */
export interface SeenStream {
  readonly stream: Stream;
  /** The queue that its files are announced to, where it has one of Snowflake's. */
  readonly channel: string | undefined;
  /** The worst that is known of it. */
  readonly word: string | undefined;
  /** How old its newest file is, and what became of its files. */
  readonly seen: readonly string[];
}

/** Every stream, in the order of the settings. */
export function seenStreams({ settings, outputs, live }: ReportData): SeenStream[] {
  const checks = live !== undefined && "found" in live.verification ? live.verification.found.checks : [];
  const counted = live !== undefined && "found" in live.files ? live.files.found.streams : [];
  const fresh = new Map(checks.map((check) => [check.id, check]));
  const files = new Map(counted.map((each) => [each.stream, each]));
  const channels = new Map(settings.streams.map(({ name, channel }) => [name, channel]));
  return outputs.streams.map((stream): SeenStream => {
    const check = fresh.get(`fresh/${stream.name}`);
    const found = files.get(stream.name);
    const states = fileStates.filter((state) => (found?.counts[state] ?? 0) > 0);
    const words = [check?.verdict, ...states].filter((word) => word !== undefined);
    return {
      stream,
      channel: channels.get(stream.name),
      word: words.find(isBad) ?? words[0],
      seen: [
        ...(check === undefined ? [] : [sentence(check.evidence)]),
        ...(states.length === 0
          ? []
          : [
              `Files: ${states.map((state) => `${found?.counts[state].toLocaleString("en-US")} ${state}`).join(", ")}.`,
            ]),
        ...(found?.oldestWaitingHours === undefined
          ? []
          : [`The oldest waits for ${found.oldestWaitingHours.toFixed(1)} hours.`]),
        ...(found?.pipe === undefined || (found.pipe.state === "RUNNING" && found.pipe.pending === 0)
          ? []
          : [`Pipe ${found.pipe.state}, files before it: ${found.pipe.pending}.`]),
      ],
    };
  });
}
