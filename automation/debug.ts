/** What DEBUG names this program by, as npm's package `debug` has it: several by comma, `*` at the end for all that begin so. */
const NAME = "braintrust-snowflake";
/** What others take for everything. */
const FLAGS = ["1", "true"];

/** Whether stack traces of all errors and the engine's log are to be shown. */
export function isDebugging(environment: NodeJS.ProcessEnv = process.env): boolean {
  return (environment.DEBUG ?? "").split(/[\s,]+/).some(isMeant);
}

/** The same for everything that this process does from now on. */
export function startDebugging(environment: NodeJS.ProcessEnv = process.env): void {
  if (!isDebugging(environment)) environment.DEBUG = [environment.DEBUG, NAME].filter(Boolean).join(",");
}

function isMeant(name: string): boolean {
  return FLAGS.includes(name) || (name.endsWith("*") ? NAME.startsWith(name.slice(0, -1)) : name === NAME);
}
