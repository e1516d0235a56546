/** What a running operation tells. */
export type ProgressEvent =
  | { readonly kind: "note"; readonly message: string }
  | {
      readonly kind: "diagnostic";
      readonly severity: "warning" | "error";
      readonly message: string;
      readonly resource?: string;
    }
  | {
      readonly kind: "step";
      readonly state: "started" | "done" | "failed";
      /** Changes finished so far. */
      readonly done: number;
      /** All changes of the operation, where a preview has counted them. */
      readonly total?: number;
      readonly operation: string;
      /** Type and name, such as "s3.Bucket pipeline-bucket". */
      readonly resource: string;
    };

export type ProgressListener = (event: ProgressEvent) => void;

/** Where progress is shown: standard error, as a rule. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A line that changes in place on a terminal; elsewhere a plain line for each finished step. */
export function progressPrinter(stream: ProgressStream, now: () => number = Date.now): ProgressListener {
  const start = now();
  const clear = stream.isTTY ? "\r\u001B[K" : "";
  return (event) => {
    const elapsed = `${Math.round((now() - start) / 1000)}s`;
    if (event.kind !== "step") {
      const about =
        event.kind === "diagnostic"
          ? `${event.severity}: ${event.resource ? `${event.resource}: ` : ""}`
          : "";
      stream.write(`${clear}${about}${event.message}\n`);
      return;
    }
    const count = event.total === undefined ? `${event.done}` : `${event.done}/${event.total}`;
    const line = `[${count} ${elapsed}] ${event.operation} ${event.resource}`;
    if (event.state === "failed") stream.write(`${clear}${line}: failed\n`);
    else if (!stream.isTTY && event.state === "done") stream.write(`${line}\n`);
    else if (stream.isTTY) stream.write(`${clear}${line.slice(0, (stream.columns ?? 80) - 1)}`);
  };
}

/** Ends the line that changes in place. */
export function endProgress(stream: ProgressStream): void {
  if (stream.isTTY) stream.write("\r\u001B[K");
}
