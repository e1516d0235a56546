import type { Base } from "../changes/bases";
import { othersOf } from "../changes/matrix";
import type { Past } from "./past";

/** A setting of the schema that changes on a stack of an earlier version. */
export interface SettingChange {
  readonly past: Past;
  readonly key: string;
  readonly from: Base;
  /** The stack with each valid value that it does not have. */
  readonly to: readonly Base[];
}

/** Every setting on every stack, by the matrix of changes. */
export function settingChangesOf(pasts: readonly Past[]): SettingChange[] {
  return pasts.flatMap((past) => {
    const from = { stack: past.stack, title: past.name, settings: past.settings };
    return othersOf(from).map(({ key, others }) => ({ past, key, from, to: others }));
  });
}
