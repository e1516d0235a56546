import { setTimeout as sleep } from "node:timers/promises";
import type { S3 } from "@aws-sdk/client-s3";
import type { Stream } from "../../components/settings/settings";
import { errorLine } from "../aws/aws-errors";
import { fail, pass, Skipped, type Verdict } from "./check";
import type { Subject } from "./subject";

/** Part of the name of every object that a verification puts. */
export const PROBE = "_braintrust_snowflake_probe_";

/** Milliseconds that S3 has to answer when probes are removed. */
const REMOVAL_TIMEOUT_MS = 10_000;

/**
 * Where the probe goes. It is empty wherever it lies, and Snowflake takes no row out of an empty file. Below a stream's
 * prefix it lies only where its event is to be seen in the stack's own queue, in a stream of JSON lines if there is one,
 * since an empty Parquet file is an error in Snowflake's load history; else outside of every stream, if that leaves room.
 */
export function probeKey(subject: Subject, id: string): string {
  const { settings, outputs } = subject;
  const { streams, exportPrefix, events } = settings;
  const aside = asideKey(subject, id);
  if (outputs.notificationQueueUrl === undefined && !covered(aside, streams)) return aside;
  const stream = streams.find(({ format }) => format === "jsonl") ?? streams[0];
  return `${stream?.prefix ?? exportPrefix}${PROBE}${id}${events.suffix ?? ""}`;
}

/** A key below the export prefix that is no stream's folder, unless a stream takes the whole prefix. */
export function asideKey({ settings }: Subject, id: string): string {
  return `${settings.exportPrefix}_verify/${PROBE}${id}`;
}

/** A key that the export prefix does not cover. */
export function outsideKey({ settings }: Subject, id: string): string {
  return `not-${settings.exportPrefix}${PROBE}${id}`;
}

/** The objects that a run has put, or tried to, and their removal. */
export class Probes {
  private readonly keys = new Set<string>();
  /** Requests in progress, each with its object's key. */
  private readonly pending = new Map<Promise<unknown>, string>();

  public constructor(
    private readonly subject: Subject,
    private readonly s3: S3,
  ) {}

  /**
   * Puts an empty object, to be removed at the end whatever became of the request.
   *
   * @throws Skipped where it could not be removed again.
   */
  public async put(s3: S3, key: string, signal: AbortSignal): Promise<void> {
    const { objectLock, existingBucket } = this.subject.settings;
    if (objectLock !== undefined) {
      throw new Skipped(`objects are locked for ${objectLock.days} days, so a probe could not be removed`);
    }
    if (existingBucket !== undefined && !key.startsWith(this.subject.settings.exportPrefix)) {
      throw new Skipped("outside of the prefix the bucket is not this stack's to write to");
    }
    const { bucketName: Bucket } = this.subject.outputs;
    await this.leaving(key, signal, () => s3.putObject({ Bucket, Key: key, Body: "", ContentLength: 0 }));
  }

  /** Deletes what is not there: S3 asks for the right all the same, and where it is granted leaves a delete marker. */
  public async markDeleted(s3: S3, key: string, signal: AbortSignal): Promise<void> {
    const { bucketName: Bucket } = this.subject.outputs;
    await this.leaving(key, signal, () => s3.deleteObject({ Bucket, Key: key }));
  }

  /**
   * Removes every version of every object, as far as S3 answers. Undefined where nothing was ever put.
   *
   * @param timeoutMs how long the requests in progress are waited for, and then the removal.
   */
  public async remove(timeoutMs = REMOVAL_TIMEOUT_MS): Promise<Verdict | undefined> {
    if (this.keys.size === 0) return undefined;
    await answered(Promise.allSettled(this.pending.keys()), timeoutMs).catch(() => undefined);
    const outcomes = await Promise.all([...this.keys].map((key) => this.removal(key, timeoutMs)));
    const failures = outcomes.flatMap((outcome) => outcome ?? []);
    if (failures.length === 0) return pass(`every version of ${this.keys.size} probes is gone`);
    return fail(
      failures.map(({ what }) => what).join("; "),
      failures.map(({ command }) => command).join(" ; "),
    );
  }

  private async leaving(key: string, signal: AbortSignal, request: () => Promise<unknown>): Promise<void> {
    if (signal.aborted) throw new Skipped("interrupted, or out of time, before it was tried");
    this.keys.add(key);
    const pending = request();
    this.pending.set(pending, key);
    try {
      await pending;
    } finally {
      this.pending.delete(pending);
    }
  }

  private async removal(
    key: string,
    timeoutMs: number,
  ): Promise<{ what: string; command: string } | undefined> {
    const Bucket = this.subject.outputs.bucketName;
    const target = `--bucket ${Bucket} --key '${key}'`;
    const found: { left?: string | undefined } = {};
    try {
      await answered(this.removeVersions(Bucket, key, found), timeoutMs);
      if (![...this.pending.values()].includes(key)) return undefined;
      throw new Error("the request that puts it was not answered");
    } catch (error) {
      return {
        what: `${key} may still be there: ${errorLine(error)}`,
        command:
          found.left === undefined
            ? `aws s3api list-object-versions --bucket ${Bucket} --prefix '${key}', then aws s3api delete-object ${target} --version-id each`
            : `aws s3api delete-object ${target} --version-id '${found.left}'`,
      };
    }
  }

  /** @param found receives the version that is being deleted. */
  private async removeVersions(
    Bucket: string,
    key: string,
    found: { left?: string | undefined },
  ): Promise<void> {
    const { Versions = [], DeleteMarkers = [] } = await this.s3.listObjectVersions({ Bucket, Prefix: key });
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      if (Key !== key) continue;
      found.left = VersionId;
      await this.s3.deleteObject({ Bucket, Key: key, VersionId });
      found.left = undefined;
    }
  }
}

/** @throws Error where it takes longer. */
async function answered(request: Promise<unknown>, timeoutMs: number): Promise<void> {
  const done = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: done.signal }).then(() => {
    throw new Error(`no answer within ${timeoutMs / 1000} s`);
  });
  try {
    await Promise.race([request, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}

function covered(key: string, streams: readonly Stream[]): boolean {
  return streams.some(({ prefix }) => key.startsWith(prefix));
}
