import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { Problem } from "../../components/settings/problems";
import { parseSettings } from "../../components/settings/read-settings";
import { editStackFile, readStackFile, type SettingChange, stackFolder } from "../project/stack-file";
import { ownName } from "../project/stack-name";

/** A copy of a stack's file with changes, in a folder that only this user can read. */
export interface EditedSettings {
  readonly file: string;
  /** What the settings would refuse of it. */
  readonly problems: readonly Problem[];
}

/** Works with the stack's file as it would be with these changes, before they are written. */
export async function withEditedSettings<Result>(
  stack: string,
  dir: string,
  changes: readonly SettingChange[],
  work: (edited: EditedSettings) => Promise<Result>,
): Promise<Result> {
  const copy = await fs.mkdtemp(path.join(os.tmpdir(), "braintrust-snowflake-import-"));
  try {
    const folder = path.relative(dir, await stackFolder(dir));
    const name = path.join(folder, `Pulumi.${ownName(stack)}.yaml`);
    await fs.mkdir(path.join(copy, folder), { recursive: true });
    for (const one of ["Pulumi.yaml", name]) await fs.copyFile(path.join(dir, one), path.join(copy, one));
    await editStackFile(stack, changes, copy);
    const { problems } = parseSettings(await readStackFile(stack, copy));
    return await work({ file: path.join(copy, name), problems });
  } finally {
    await fs.rm(copy, { recursive: true, force: true });
  }
}
