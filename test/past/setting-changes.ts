import { isDeepStrictEqual } from "node:util";
import type { Base } from "../changes/bases";
import { changesOfSettings } from "../changes/matrix";
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
    return changesOfSettings([from]).flatMap(({ key, sides }) => {
      const to = sides
        .map(({ base }) => base)
        .filter(({ settings }) => !isDeepStrictEqual(settings, past.settings));
      return to.length === 0 ? [] : [{ past, key, from, to }];
    });
  });
}
