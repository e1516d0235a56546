import type { Evidence } from "./evidence";

/** A public control and how the stack stands to it. */
export interface Control {
  /** As its source numbers it. */
  readonly id: string;
  readonly title: string;
  readonly verdict:
    | {
        readonly met: Evidence;
        /** What AWS's own check asks for beyond that, and why it is not there: such a control is accepted, not met. */
        readonly beyond?: string;
        /** Proof that nothing is left out. @default none: no stack has it all */
        readonly unless?: Evidence;
      }
    /** Not met by default, on purpose; met where settings prove otherwise. */
    | { readonly accepted: string; readonly unless?: Evidence }
    /** Of the account, or of something that no stack has; judged where settings make the stack depend on it. */
    | { readonly outOfScope: string; readonly unless?: Evidence };
}

/** Controls of one service. */
export interface ControlGroup {
  readonly service: string;
  /** Page of the AWS Security Hub user guide that lists them. */
  readonly page: string;
  readonly controls: readonly Control[];
}

/** A finding of a scanner that stays, and where. */
export interface AcceptedFinding {
  readonly id: string;
  /** What the check asks for. */
  readonly asks: string;
  /** Names of the resources it finds, in production or with everything on. */
  readonly found: readonly string[];
  readonly reason: string;
}
