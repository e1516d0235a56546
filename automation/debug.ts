/** What DEBUG names this program by, as npm's package `debug` has it: several by comma, `*` for everything. */
const NAME = "braintrust-snowflake";

/** Whether stack traces of all errors and the engine's log are to be shown. */
export function isDebugging(environment: NodeJS.ProcessEnv = process.env): boolean {
  return (environment.DEBUG ?? "").split(/[\s,]+/).some((name) => name === NAME || name === "*");
}

/** The same for everything that this process does from now on. */
export function startDebugging(environment: NodeJS.ProcessEnv = process.env): void {
  if (!isDebugging(environment)) environment.DEBUG = [environment.DEBUG, NAME].filter(Boolean).join(",");
}
