import { note } from "../../terminal/terminal";

/** Says by which form an option that still works for one version has been replaced. */
export function noteEarlier(former: string, present: string): void {
  note(`${former} is deprecated and will be removed in the next version: use ${present}`);
}

/** Says why an option that still works for one version does nothing any more. */
export function noteNeedless(former: string, reason: string): void {
  note(`${former} is deprecated and will be removed in the next version: ${reason}`);
}
