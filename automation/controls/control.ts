import type { Evidence } from "./evidence";

/** A public control and how the stack stands to it. */
export interface Control {
  /** As its source numbers it. */
  readonly id: string;
  readonly title: string;
  readonly verdict:
    | { readonly met: Evidence }
    /** Not met by default, on purpose; met where settings prove otherwise. */
    | { readonly accepted: string; readonly unless?: Evidence }
    /** Of the account, or of something that no stack has. */
    | { readonly outOfScope: string };
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
