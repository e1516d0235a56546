import { randomBytes } from "node:crypto";
import type { EmulatorAccess } from "./emulator";

/** Variables of a process; `undefined` takes one away. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command must see to work on a stack of the sandbox: the emulator, a state of its own, a passphrase of its own. */
export function sandboxEnvironment({ environment }: Pick<EmulatorAccess, "environment">): Environment {
  return {
    ...environment,
    PULUMI_BACKEND_URL: undefined,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
  };
}

/** Gives this process these variables; undone by the function returned. */
export function enterEnvironment(values: Environment): () => void {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  setEnvironment(values);
  return () => setEnvironment(before);
}

/** The same for a shell, to be read with its `.` command. */
export function shellScript(values: Environment): string {
  const lines = Object.entries(values).map(([name, value]) =>
    value === undefined ? `unset ${name}` : `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  return `${lines.join("\n")}\n`;
}

function setEnvironment(values: Environment): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
