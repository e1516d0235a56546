import { isDeepStrictEqual } from "node:util";
import { PROJECT, type Settings } from "../../../components/settings/settings";
import { type SettingChange, type StackFile, settingChange } from "../../project/stack-file";
import type { FindingLine } from "../../terminal/finding-lines";
import type { Import } from "../imports";

/** What becomes of what was found. */
export interface Judgement {
  readonly imports: readonly Import[];
  /** Settings that keep what was found as it is. */
  readonly settings: readonly SettingChange[];
  /** `ok`: is imported; `warn`: is changed by `up`, or stays unmanaged; `fail`: is in the way; `skipped`: is not there. */
  readonly findings: readonly FindingLine[];
}

/** The stack as judgements see it. */
export interface Target {
  readonly file: StackFile;
  /** Its settings before the import. */
  readonly settings: Settings;
}

/** Gathers a judgement: what is imported, with which settings, and what is to be known of it. */
export class Gathered implements Judgement {
  public readonly imports: Import[] = [];
  public readonly settings: SettingChange[] = [];
  public readonly findings: FindingLine[] = [];

  public constructor(private readonly file: StackFile) {}

  public import(type: string, name: string, id: string): void {
    this.imports.push({ type, name, id });
  }

  /** Writes a setting, unless the file has this value already. */
  public set(path: readonly string[], value: unknown): void {
    if (!isDeepStrictEqual(givenIn(this.file, path), value)) this.settings.push(settingChange(path, value));
  }

  /** Writes a setting that the file leaves open. Returns whether the stack has the value now. */
  public fill(path: readonly string[], value: unknown): boolean {
    const given = givenIn(this.file, path);
    if (given === undefined) this.settings.push(settingChange(path, value));
    return given === undefined || isDeepStrictEqual(given, value);
  }

  public say(verdict: FindingLine["verdict"], name: string, evidence: string, fix?: string): void {
    this.findings.push({ verdict, name, evidence, fix });
  }
}

/** What the stack's file says of a setting itself; a key without a value leaves it open. */
export function givenIn({ values }: StackFile, [first = "", ...rest]: readonly string[]): unknown {
  let found: unknown = structured(values[`${PROJECT}:${first}`]);
  for (const key of rest) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found ?? undefined;
}

/** Sections may be written as JSON text. */
function structured(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
