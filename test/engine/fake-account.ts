import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { World } from "./fake-provider/world";

/** The process that plays AWS. */
export interface FakeAccount {
  readonly world: World;
  readonly process: ChildProcess;
  readonly port: string;
}

/** Starts it over the resources that the folder holds. */
export async function startAccount(folder: string): Promise<FakeAccount> {
  const provider = path.join(__dirname, "fake-provider", "provider.ts");
  const child = spawn(process.execPath, ["-r", "ts-node/register", provider, folder], {
    cwd: projectDir,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [port] = await once(child.stdout, "data");
  return { world: new World(folder), process: child, port: String(port).trim() };
}
