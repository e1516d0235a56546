import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { wholeCommandLine } from "../../../automation/cli";
import { UsageError } from "../../../automation/errors";
import { projectDir } from "../../../automation/project/stack-file";
import { ofThisTurn } from "../../turn";
import { asNobody, onPosix } from "../path-faults";
import { captured, withVariable } from "./captured";

/** What is wrong with a project's folder, how it comes to be, and what every command says of it. */
type Fault = readonly [title: string, message: RegExp, damage: (dir: string) => Promise<unknown>];

const PROJECT_FILE = "name: braintrust-snowflake\nruntime: nodejs\n";
const STACK_FILE = "config:\n  aws:region: us-east-1\n";
const ANSWERS = JSON.stringify([
  {
    property: "STORAGE_AWS_IAM_USER_ARN",
    property_type: "String",
    property_value: "arn:aws:iam::123456789001:user/abc",
    property_default: "",
  },
]);
const atProject = (dir: string) => path.join(dir, "Pulumi.yaml");
const atStack = (dir: string) => path.join(dir, "Pulumi.dev.yaml");

/** A path that cannot be read, whichever file of the project it is. */
type PathFault = readonly [title: string, message: RegExp, damage: (file: string) => Promise<unknown>];

const pathFaults: readonly PathFault[] = [
  ["is a folder", /must be a file, not a folder; /, (file) => fs.rm(file).then(() => fs.mkdir(file))],
  ...onPosix<PathFault>(
    [
      "is a loop of links",
      /must not be a loop of symbolic links; /,
      (file) => fs.rm(file).then(() => fs.symlink(path.basename(file), file)),
    ],
    ["this user may not read", /must be accessible to this user; /, (file) => fs.chmod(file, 0)],
    ["is a link to nowhere", /must exist; /, (file) => fs.rm(file).then(() => fs.symlink("nowhere", file))],
  ),
];

/** A text that is not the map that it should be, whichever file it is in. */
const textFaults: readonly (readonly [string, string, RegExp])[] = [
  ["is not YAML", "config: [1\n", / = \(not YAML\): .*line \d+, column \d+; correct it/],
  ["names a key twice", "config: {}\nconfig: {}\n", / = \(not YAML\): .*unique at line 2, column 1; /],
  ["is indented by tabs", "config:\n\taws:region: us-east-1\n", / = \(not YAML\): .*[Tt]abs? .*line 2, /],
  ["is a list", "- config\n", / = \(a list\): must be a map; correct it/],
  ["is a text", "config\n", / = \(a text\): must be a map; correct it/],
  ["holds two documents", "{}\n---\n{}\n", / = \(not YAML\): .*multiple documents/],
  ["names an anchor that it lacks", "config: *nowhere\n", / = \(not YAML\): Unresolved alias/],
  ["holds itself", `${PROJECT_FILE}config: &all\n  x: *all\n`, /\(not YAML\): the alias \*all lies within/],
  [
    "has a list for its config",
    `${PROJECT_FILE}config: [1]\n`,
    /config = \(a list\): must be a map; correct it/,
  ],
  ["has a text for its config", `${PROJECT_FILE}config: all\n`, /config = "all": must be a map; correct it/],
];

const write = (at: (dir: string) => string, text: string) => (dir: string) => fs.writeFile(at(dir), text);

const faults: readonly Fault[] = [
  ["a folder that is missing", /^--cwd = ".*": must exist; give /, (dir) => fs.rm(dir, { recursive: true })],
  [
    "a file for a folder",
    /^--cwd = ".*": must not use a file as a folder; give /,
    (dir) => fs.rm(dir, { recursive: true }).then(() => fs.writeFile(dir, "")),
  ],
  ...onPosix<Fault>(
    [
      "a loop of links for a folder",
      /^--cwd = ".*": must not be a loop of symbolic links; give /,
      (dir) => fs.rm(dir, { recursive: true }).then(() => fs.symlink(path.basename(dir), dir)),
    ],
    [
      "a folder that this user may not read",
      /^--cwd = ".*": must be accessible .*; give /,
      (dir) => fs.chmod(dir, 0),
    ],
  ),
  ["a folder without Pulumi.yaml", /^Pulumi\.yaml = ".*": must exist; /, (dir) => fs.rm(atProject(dir))],
  ["an empty Pulumi.yaml", /^Invalid Pulumi\.yaml:\n {2}name = \(unset\): /, write(atProject, "")],
  [
    "a Pulumi.yaml without a name",
    /^Invalid Pulumi\.yaml:\n {2}name = \(unset\): must be braintrust-snowflake: .*; correct it/,
    write(atProject, "runtime: nodejs\n"),
  ],
  [
    "another project's Pulumi.yaml",
    /^Invalid Pulumi\.yaml:\n {2}name = "other": must be braintrust-snowflake: .*; correct it/,
    write(atProject, "name: other\nruntime: nodejs\n"),
  ],
  [
    "a Pulumi.yaml without a runtime",
    /^Invalid Pulumi\.yaml:\n {2}runtime = \(unset\): must name a runtime, .*; correct it/,
    write(atProject, "name: braintrust-snowflake\n"),
  ],
  [
    "a secrets provider that is no text",
    /^Invalid Pulumi\.dev\.yaml:\n {2}secretsprovider = \(a list\): must be a text; correct it/,
    write(atStack, "secretsprovider: [passphrase]\n"),
  ],
  [
    "a secrets provider that Pulumi does not have",
    /^Invalid Pulumi\.dev\.yaml:\n {2}secretsprovider = "kms:\/\/alias\/key": must be default, passphrase, or .*awskms:\/\//,
    write(atStack, "secretsprovider: kms://alias/key\n"),
  ],
  [
    "a folder with neither a Pulumi.yaml nor the stack's file",
    /^Pulumi\.yaml = ".*": must exist/,
    async (dir) => {
      await fs.rm(atProject(dir));
      await fs.rm(atStack(dir));
    },
  ],
  ...[atProject, atStack].flatMap((at) => [
    ...pathFaults.map(
      ([title, message, damage]): Fault => [
        `a ${path.basename(at(""))} that ${title}`,
        message,
        (dir) => damage(at(dir)),
      ],
    ),
    ...textFaults.map(
      ([title, text, message]): Fault => [
        `a ${path.basename(at(""))} that ${title}`,
        message,
        write(at, text),
      ],
    ),
  ]),
];

/** Every command that works on a project's folder, as it is typed. */
async function commandsOn(dir: string, answers: string): Promise<string[][]> {
  const more: Readonly<Record<string, readonly string[]>> = {
    init: ["--region", "us-east-1"],
    connect: ["--file", answers],
    report: ["--output", path.join(dir, "report.html")],
    sql: ["--planned"],
    permissions: ["--for", "deploy"],
  };
  return (await wholeCommandLine()).commands
    .filter(({ options }) => options.some(({ long }) => long === "--cwd"))
    .map((command) => {
      const yes = command.options.some(({ long }) => long === "--yes") ? ["--yes"] : [];
      const stack = command.name() === "init" ? "new" : "dev";
      return [command.name(), "--stack", stack, "--cwd", dir, ...yes, ...(more[command.name()] ?? [])];
    });
}

/** Each is refused by every command: 0.1 s of the processor. */
const SHARES = 3;

describe("every command refuses, and changes nothing:", () => {
  let root: string;
  let dir: string;
  let answers: string;

  // Where the repository is the user's alone, nobody else could load them later.
  before(async () => {
    const folder = path.join(projectDir, "automation");
    // As the command line names them: Node looks for a file again where another module names it otherwise.
    const load = createRequire(path.join(folder, "cli.ts"));
    for (const file of await fs.readdir(path.join(folder, "commands"))) {
      if (file.endsWith(".ts")) load(`./commands/${path.basename(file, ".ts")}`);
    }
  });
  beforeEach(async () => {
    root = await fs.mkdtemp(path.join(os.tmpdir(), "unusable-files-"));
    await fs.chmod(root, 0o777);
    dir = path.join(root, "project");
    answers = path.join(root, "answers.json");
    await fs.mkdir(dir);
    // A command that went too far could write here.
    await fs.chmod(dir, 0o777);
    await fs.writeFile(atProject(dir), PROJECT_FILE);
    await fs.writeFile(atStack(dir), STACK_FILE);
    await fs.writeFile(answers, ANSWERS);
  });
  afterEach(async () => {
    await fs.chmod(dir, 0o700).catch(() => undefined);
    await fs.rm(root, { recursive: true, force: true });
  });

  for (const [title, message, damage] of ofThisTurn(faults, SHARES)) {
    it(title, async () => {
      // Another user for these alone: to become one takes longer than the commands.
      const asWhom: typeof asNobody = /may not/.test(title) ? asNobody : (work) => work();
      await damage(dir);
      const before = await listing(root);
      const commands = await commandsOn(dir, answers);
      assert.ok(commands.length > 10, `${commands.length} commands`);
      for (const typed of commands) {
        // It reads no stack's file but writes a new one.
        if (typed[0] === "init" && /Pulumi\.dev\.yaml|secrets provider/.test(title)) continue;
        const { out, error } = await asWhom(() =>
          captured(() => withVariable("BRAINTRUST_API_KEY", undefined, async () => void (await run(typed)))),
        );
        assert.ok(error instanceof UsageError, `${typed[0]}: ${error}`);
        assert.match(error.message, message, `${typed[0]}: ${error.message}`);
        assert.equal(out, "");
      }
      assert.deepEqual(await listing(root), before);
    });
  }
});

async function run(typed: readonly string[]): Promise<unknown> {
  return (await wholeCommandLine()).parseAsync(typed, { from: "user" });
}

/** Names and times of everything below a folder. */
async function listing(root: string): Promise<unknown[]> {
  const names = await fs.readdir(root, { recursive: true });
  return Promise.all(
    names.sort().map(async (name) => [name, (await fs.lstat(path.join(root, name))).mtimeMs]),
  );
}
