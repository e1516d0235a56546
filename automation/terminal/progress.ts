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

/** Where progress is shown. */
export interface ProgressOutput {
  /** Writes lines that stay. */
  readonly write: (text: string) => unknown;
  /** Shows a line in the last one's place, where there is a terminal for it. */
  readonly draw?: ((line: string) => void) | undefined;
}

/** A line that changes in place on a terminal; elsewhere a plain line for each finished step. */
export function progressPrinter(
  { write, draw }: ProgressOutput,
  now: () => number = Date.now,
): ProgressListener {
  const start = now();
  return (event) => {
    if (event.kind === "note") {
      write(`${event.message}\n`);
      return;
    }
    if (event.kind === "diagnostic") {
      const resource = event.resource === undefined ? "" : `${event.resource}: `;
      write(`${event.severity}: ${resource}${event.message}\n`);
      return;
    }
    const elapsed = `${Math.round((now() - start) / 1000)}s`;
    const count = event.total === undefined ? `${event.done}` : `${event.done}/${event.total}`;
    const line = `[${count} ${elapsed}] ${event.operation} ${event.resource}`;
    if (event.state === "failed") write(`${line}: failed\n`);
    else if (draw !== undefined) draw(line);
    else if (event.state === "done") write(`${line}\n`);
  };
}
