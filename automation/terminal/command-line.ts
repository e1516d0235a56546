/** A command of this project's, as it is typed. */
export function commandLine(command: string, stack: string, options = ""): string {
  return `npm run pipeline -- ${command} --stack ${stack}${options}`;
}
