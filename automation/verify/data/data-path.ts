import { isDenied } from "../../aws/aws-errors";
import { Skipped } from "../check";
import type { Aws } from "../clients";
import { asideKey, outsideKey, Probes, probeKey } from "../probe";
import type { Subject } from "../subject";
import { assume, readerRole, type Session, useReaderKey, writerRole } from "./sessions";

/** A probe that lies in the bucket, and who put it. */
export interface Probe {
  readonly key: string;
  readonly who: string;
}

/** What the checks of one run share: sessions, the probe, and what is to be removed at the end. */
export class DataPath {
  public readonly probes: Probes;
  /** Below the prefix, outside of every stream where that leaves room. */
  public readonly asideKey: string;
  /** Outside of the prefix. */
  public readonly outsideKey: string;
  private readonly made: {
    writer?: Promise<Session>;
    reader?: Promise<Session>;
    writerProbe?: Promise<Probe>;
    probe?: Promise<Probe>;
    outside?: Promise<Probe>;
  } = {};

  /**
   * @param id what tells this run's probes from others'.
   * @param secrets takes up every secret that a session brings, to be kept out of the report.
   */
  public constructor(
    public readonly subject: Subject,
    public readonly aws: Aws,
    private readonly id: string,
    private readonly secrets: Set<string>,
  ) {
    this.probes = new Probes(subject, aws.s3);
    this.asideKey = asideKey(subject, id);
    this.outsideKey = outsideKey(subject, id);
  }

  /** As Braintrust. */
  public writer(): Promise<Session> {
    this.made.writer ??= Promise.resolve().then(() =>
      assume(this.aws, writerRole(this.subject), this.secrets),
    );
    return this.made.writer;
  }

  /**
   * As Snowflake.
   *
   * @throws Skipped also where Snowflake's networks alone may read: a refusal would show nothing of the rest.
   */
  public reader(): Promise<Session> {
    if (this.subject.settings.snowflake.network !== undefined) {
      return Promise.reject(
        new Skipped(
          "only requests from snowflake.network reach the bucket as Snowflake; the simulator answers for it",
        ),
      );
    }
    this.made.reader ??= Promise.resolve().then(() =>
      this.subject.settings.snowflake.access === "role"
        ? assume(this.aws, readerRole(this.subject), this.secrets)
        : useReaderKey(this.aws, this.subject, this.secrets),
    );
    return this.made.reader;
  }

  /**
   * The probe below the prefix, put by Braintrust's role.
   *
   * @throws Skipped where the caller may not act as Braintrust; AWS's refusal where the role may not write.
   */
  public writerProbe(signal: AbortSignal): Promise<Probe> {
    this.made.writerProbe ??= this.writer().then(async ({ s3, who }) => {
      const key = probeKey(this.subject, this.id);
      await this.probes.put(s3, key, signal);
      return { key, who };
    });
    return this.made.writerProbe;
  }

  /**
   * The same, put by the caller where Braintrust's role cannot be had or is refused.
   *
   * @throws Skipped where the caller may not put it either: never a refusal, which others would take for their own.
   */
  public probe(signal: AbortSignal): Promise<Probe> {
    this.made.probe ??= this.writerProbe(signal).catch((error: unknown) => {
      if (!(error instanceof Skipped) && !isDenied(error)) throw error;
      return this.putAsCaller(probeKey(this.subject, this.id), signal);
    });
    return this.made.probe;
  }

  /** An object outside of the prefix, put by the caller: a refusal proves nothing where there is nothing to read. */
  public outside(signal: AbortSignal): Promise<Probe> {
    this.made.outside ??= this.putAsCaller(this.outsideKey, signal);
    return this.made.outside;
  }

  private async putAsCaller(key: string, signal: AbortSignal): Promise<Probe> {
    try {
      await this.probes.put(this.aws.s3, key, signal);
    } catch (error) {
      if (!isDenied(error)) throw error;
      throw new Skipped(
        "no probe could be put: the caller may neither act as Braintrust nor write to the bucket",
        `grant ${callerNeeds(this).join(", ")} below the prefix to the caller`,
      );
    }
    return { key, who: "the caller" };
  }
}

/** What it takes to act as Snowflake. */
export function readerNeeds({ subject }: DataPath): string[] {
  return subject.settings.snowflake.access === "role"
    ? ["sts:AssumeRole"]
    : ["secretsmanager:GetSecretValue"];
}

/** What it takes to take away what was put. */
export const removalNeeds = ["s3:ListBucketVersions", "s3:DeleteObjectVersion"];

/** What it takes to put a probe, and to take it away again: as Braintrust, or as the caller where its role cannot be had. */
export function probeNeeds(path: Pick<DataPath, "subject">): string[] {
  return ["sts:AssumeRole", ...callerNeeds(path)];
}

function callerNeeds({ subject }: Pick<DataPath, "subject">): string[] {
  const encrypt = subject.outputs.kmsKeyArn === undefined ? [] : ["kms:GenerateDataKey"];
  return ["s3:PutObject", ...encrypt, ...removalNeeds];
}
