import * as path from "node:path";

/** The command of package.json's `bin`. */
export const BIN = "braintrust-snowflake";

/** This program as it was started, so that what it prints can be typed. */
export function programName(script = process.argv[1]): string {
  return path.basename(script ?? "", ".js") === BIN ? BIN : "npm run pipeline --";
}

let folder = "";

/** Commands that are printed from here on name this folder too, as the one that was typed did. */
export function typedFor(cwd: string | undefined): void {
  folder = cwd === undefined ? "" : ` --cwd ${/^[\w./:-]+$/.test(cwd) ? cwd : quoted(cwd)}`;
}

/** A command of this project's, as it is typed. */
export function commandLine(command: string, stack: string, options = ""): string {
  return `${programName()} ${command} --stack ${stack}${folder}${options}`;
}

/** A command of Pulumi's own on the same project. */
export function pulumiLine(command: string, stack: string, options = ""): string {
  return `pulumi ${command} --stack ${stack}${folder}${options}`;
}

/** For a POSIX shell, which leaves all but the quotation mark as it is, or for those of Windows. */
function quoted(text: string): string {
  return process.platform === "win32" ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
}
