import { spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import type { Server } from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { type Aws, SnowflakeAccount } from "./account/account";
import { portOf, serve } from "./account/server";
import { Session } from "./account/session";
import { statements } from "./account/statements";

/** The Snowflake CLI itself. */
const snow = process.env.SNOW ?? "snow";

/** Skips what needs the Snowflake CLI where it is not there, and says so. */
export function needSnow(test: Mocha.Context): void {
  if (spawnSync(snow, ["--version"]).status === 0) return;
  console.error("skipped: there is no Snowflake CLI; SNOW names one of version 3.30");
  test.skip();
}

/** The Snowflake CLI, connected to an account of the test's own. */
export class RealSnow {
  private constructor(
    public readonly account: SnowflakeAccount,
    private readonly server: Server,
    private readonly home: string,
  ) {}

  public static async connect(aws: Aws): Promise<RealSnow> {
    const account = new SnowflakeAccount(aws);
    const server = await serve(account);
    const home = await fs.mkdtemp(path.join(os.tmpdir(), "snow-home-"));
    const connection = [
      "[connections.default]",
      'account = "kx40210"',
      'user = "admin"',
      'password = "irrelevant"',
      'protocol = "http"',
      'host = "127.0.0.1"',
      `port = ${portOf(server)}`,
    ];
    await fs.writeFile(path.join(home, "config.toml"), connection.join("\n"), { mode: 0o600 });
    return new RealSnow(account, server, home);
  }

  /** With this environment, `snow` is the real one and finds the account. */
  public get environment(): Record<string, string> {
    const program = path.isAbsolute(snow) ? [path.dirname(snow)] : [];
    return { SNOWFLAKE_HOME: this.home, PATH: [...program, process.env.PATH].join(path.delimiter) };
  }

  /** What another administrator runs, in a session of its own. */
  public async byHand(statement: string): Promise<void> {
    const session = new Session(this.account, statements);
    for (const one of [
      "ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE",
      "USE ROLE ACCOUNTADMIN",
      statement,
    ]) {
      await session.execute(one);
    }
  }

  public async remove(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await fs.rm(this.home, { recursive: true, force: true });
  }
}
