import type { OpenStack } from "../../engine/workspace";
import { type PreflightFinding, refusalOf, renderNote } from "./finding";
import { type PreflightSubject, preflight } from "./preflight";

/** What the checks are about, and where they report. */
export interface PreflightContext {
  readonly open: OpenStack;
  /** What the engine sees in addition to this process's own environment. */
  readonly environment: PreflightSubject["environment"] | undefined;
  readonly resources: PreflightSubject["resources"];
  readonly onNote: (message: string) => void;
}

/** The pre-flight checks of one deployment: AWS is asked once, and each finding is reported once. */
export class PreflightChecks {
  private findings?: Promise<readonly PreflightFinding[]>;

  public constructor(private readonly context: PreflightContext) {}

  /** Reports by notes what stops nothing, and returns what stands in an update's way. */
  public async refusal(): Promise<Error | undefined> {
    this.findings ??= this.run();
    return refusalOf(this.context.open.stack.name, await this.findings);
  }

  /** Reports all of it by notes. */
  public async warn(): Promise<void> {
    await this.refusal();
    const refusals = ((await this.findings) ?? []).filter(({ severity }) => severity === "refusal");
    for (const finding of refusals) this.context.onNote(renderNote(finding));
  }

  private async run(): Promise<readonly PreflightFinding[]> {
    const { open, environment = {}, resources, onNote } = this.context;
    const { workDir } = open.stack.workspace;
    const findings = await preflight({ ...open, workDir, environment, resources });
    for (const finding of findings) if (finding.severity === "note") onNote(renderNote(finding));
    return findings;
  }
}
