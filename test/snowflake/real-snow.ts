import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import type { Server } from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { buffer, text } from "node:stream/consumers";
import type { TestProject } from "../engine/harness";
import { type Aws, SnowflakeAccount } from "./account/account";
import { statementsOf } from "./account/script";
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

/** What Windows PowerShell's `>` makes of a program's output. learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding */
export const utf16 = (printed: Buffer | string): Buffer =>
  Buffer.from(`\uFEFF${String(printed).replace(/\r?\n/g, "\r\n")}`, "utf16le");

/** The Snowflake CLI, connected to an account of the test's own. */
export class RealSnow {
  private constructor(
    public readonly account: SnowflakeAccount,
    private readonly server: Server,
    private readonly home: string,
  ) {}

  public static async connect(
    ...[aws, storageUser, queueArn]: ConstructorParameters<typeof SnowflakeAccount>
  ): Promise<RealSnow> {
    const account = new SnowflakeAccount(aws, storageUser, queueArn);
    const server = await serve(account);
    const home = await fs.mkdtemp(path.join(os.tmpdir(), "snow-home-"));
    const configuration = [
      // No question on the network for a newer version, and no files of logs.
      "[cli]",
      "air_gapped = true",
      "[cli.logs]",
      "save_logs = false",
      "[connections.default]",
      'account = "kx40210"',
      'user = "admin"',
      'password = "irrelevant"',
      'protocol = "http"',
      'host = "127.0.0.1"',
      `port = ${portOf(server)}`,
    ];
    await fs.writeFile(path.join(home, "config.toml"), configuration.join("\n"), { mode: 0o600 });
    return new RealSnow(account, server, home);
  }

  /** With this environment, `snow` is the real one and finds the account. */
  public get environment(): Record<string, string> {
    const program = path.isAbsolute(snow) ? [path.dirname(snow)] : [];
    return { SNOWFLAKE_HOME: this.home, PATH: [...program, process.env.PATH].join(path.delimiter) };
  }

  /** Runs a file as the instructions say, and returns what it prints. */
  public async run(file: string, ...options: readonly string[]): Promise<Buffer> {
    const child = spawn(snow, ["sql", "-f", file, ...options], {
      env: { ...process.env, ...this.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [printed, said, [code]] = await Promise.all([
      buffer(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    if (code !== 0) throw new Error(said);
    return printed;
  }

  /** What another administrator runs, in a session of its own. */
  public async byHand(...given: readonly string[]): Promise<void> {
    const session = new Session(this.account, statements);
    for (const one of [
      "ALTER SESSION SET QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE",
      "USE ROLE ACCOUNTADMIN",
      ...given,
    ]) {
      await session.execute(one);
    }
  }

  /** The SQL of a file, likewise: the CLI's start takes seconds, which only what it is about is worth. */
  public async runByHand(sql: string): Promise<void> {
    await this.byHand(...statementsOf(sql.replace(/^--.*\n/gm, "")));
  }

  public async remove(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await fs.rm(this.home, { recursive: true, force: true });
  }
}

interface Policy {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: unknown;
    readonly Principal?: { readonly AWS?: unknown };
    readonly Condition?: { readonly StringEquals?: Readonly<Record<string, unknown>> };
  }[];
}

/** AWS as a project's stack has left it: what Snowflake meets there follows from the policies and keys alone. */
export function awsOf({ world }: TestProject): Aws {
  const things = (type: string) => world.things().filter((thing) => thing.type === type);
  const allowed = (policy: unknown, action: string, userArn: string) =>
    (JSON.parse(String(policy ?? '{"Statement":[]}')) as Policy).Statement.filter(
      ({ Effect, Action, Principal }) =>
        Effect === "Allow" && [Action].flat().includes(action) && [Principal?.AWS].flat().includes(userArn),
    );
  return {
    assumes: (roleArn, userArn, externalId) =>
      things("aws:iam/role:Role")
        .filter(({ computed }) => computed.arn === roleArn)
        .flatMap(({ inputs }) => allowed(inputs.assumeRolePolicy, "sts:AssumeRole", userArn))
        .some(({ Condition }) => Condition?.StringEquals?.["sts:ExternalId"] === externalId),
    subscribes: (topicArn, userArn) =>
      things("aws:sns/topicPolicy:TopicPolicy").some(
        ({ inputs }) =>
          inputs.arn === topicArn && allowed(inputs.policy, "sns:Subscribe", userArn).length > 0,
      ),
    knowsKey: (accessKeyId, secretAccessKey) =>
      things("aws:iam/accessKey:AccessKey").some(
        ({ id, inputs, computed }) =>
          id === accessKeyId &&
          inputs.status === "Active" &&
          // The provider hands secrets out with their mark around them.
          (computed.secret as { value?: unknown }).value === secretAccessKey,
      ),
  };
}
