import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

/** A `pulumi` first on PATH that writes down each call before it does it. */
export class LoggedCli {
  private constructor(private readonly folder: string) {}

  /** @param real the CLI, a file or a name on PATH. */
  public static async create(real = "pulumi"): Promise<LoggedCli> {
    // By its name the script would call itself, for ever.
    const file = execFileSync("sh", ["-c", `command -v '${real}'`], { encoding: "utf8" }).trim();
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "logged-"));
    const script = `#!/bin/sh\necho "$*" >> '${folder}/calls'\nexec '${file}' "$@"\n`;
    await fs.writeFile(path.join(folder, "pulumi"), script, { mode: 0o755 });
    return new LoggedCli(folder);
  }

  public get environment(): Record<string, string> {
    return { PATH: `${this.folder}${path.delimiter}${process.env.PATH}` };
  }

  /** The calls since the last time, without what they were given. */
  public async taken(): Promise<string[]> {
    const file = path.join(this.folder, "calls");
    const lines = (await fs.readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
    await fs.rm(file, { force: true });
    return lines.map((line) =>
      line
        .split(" ")
        .slice(0, /^stack/.test(line) ? 2 : 1)
        .join(" "),
    );
  }

  public remove(): Promise<void> {
    return fs.rm(this.folder, { recursive: true });
  }
}
