import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

/** What the fake Snowflake CLI is to do other than work. */
export interface Scenario {
  /** Connections of its configuration. @default one named `default` */
  readonly connections?: readonly string[];
  /** What `snow connection list` shows of each of them. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Why Snowflake refuses the login. */
  readonly login?: string;
  /** Never ends; `stubborn` does not even on SIGTERM. */
  readonly hang?: true | "stubborn";
  /** Prints this in place of an answer. */
  readonly garbage?: string;
  /** The statement that has `pattern` in it fails; `{statement}` in the message quotes it. */
  readonly failure?: { readonly pattern: string; readonly message: string };
  /** So many statements that read the bucket fail, since AWS does not trust Snowflake yet. */
  readonly distrust?: number;
  /** Properties that DESC INTEGRATION shows in place of its own. */
  readonly integration?: Readonly<Record<string, string>>;
  /** An integration that another has created under each name that is looked for: its properties. */
  readonly foreign?: Readonly<Record<string, string>>;
  /** What SHOW PIPES shows for every pipe's channel. */
  readonly channel?: string;
}

/** One run of the fake CLI. */
export interface SnowCall {
  readonly args: readonly string[];
  /** Permissions of the file it was given. */
  readonly mode: number;
  readonly file: string;
  readonly sql: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a run was for: the look at an integration, or a part of the SQL. */
export function purposeOf(sql: string): "look" | "setup" | "load" | undefined {
  const first = /^-- (look|admin|objects|load)/m.exec(sql)?.[1];
  return first === "admin" || first === "objects" ? "setup" : (first as "look" | "load" | undefined);
}

/** A Snowflake account in a folder of its own, with a `snow` that reaches it. */
export class FakeSnowflake {
  /** User and queue of this account, as its CLI tells them. */
  public static readonly iamUserArn = "arn:aws:iam::444455556666:user/abc1-s-test";
  public static readonly queueArn = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDATEST-abc_1";

  private constructor(public readonly dir: string) {}

  public static async create(scenario: Scenario = {}): Promise<FakeSnowflake> {
    const account = new FakeSnowflake(await fs.mkdtemp(path.join(os.tmpdir(), "fake-snow-")));
    await account.set(scenario);
    return account;
  }

  /** Replaces the scenario. */
  public async set(scenario: Scenario): Promise<void> {
    await fs.writeFile(path.join(this.dir, "scenario.json"), JSON.stringify(scenario));
  }

  /** With this environment, `snow` is the fake one. */
  public get environment(): Record<string, string> {
    return { FAKE_SNOW_DIR: this.dir, PATH: [__dirname, process.env.PATH].join(path.delimiter) };
  }

  public async calls(): Promise<SnowCall[]> {
    const text = await fs.readFile(path.join(this.dir, "calls.jsonl"), "utf8").catch(() => "");
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Process id of a CLI that hangs, once there is one. */
  public async hanging(): Promise<number | undefined> {
    const text = await fs.readFile(path.join(this.dir, "hanging.json"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : JSON.parse(text).pid;
  }

  public remove(): Promise<void> {
    return fs.rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
