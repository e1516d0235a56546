import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { packInto } from "../packing";
import { TestProject } from "./harness";
import { type Ended, start } from "./processes";

/** Folders of the versions of Node that are supported, or of the one that runs. */
export const nodes = (process.env.SUPPORTED_NODES ?? path.dirname(process.execPath)).split(path.delimiter);

/** What `npm pack --json` says of a tarball. */
interface Tarball {
  readonly filename: string;
  /** Of the tarball, in bytes. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** The npm package as a user has it: packed here, installed in a folder elsewhere. */
export class InstalledPackage {
  private constructor(
    /** Of a project that depends on the package. */
    public readonly dir: string,
    public readonly tarball: Tarball,
  ) {}

  public static async create(): Promise<InstalledPackage> {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), "installed-package-"));
    const packed = await packInto(dir);
    assert.equal(packed.code, 0, packed.stderr);
    const [tarball = assert.fail()]: Tarball[] = Object.values(JSON.parse(packed.stdout));
    await fs.writeFile(path.join(dir, "package.json"), '{ "private": true }');
    const quietly = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
    await succeed(["npm", "install", ...quietly, path.join(dir, tarball.filename)], dir);
    return new InstalledPackage(dir, tarball);
  }

  /** A project that depends on the package, with a program of its own. */
  public async project(
    program: string,
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<TestProject> {
    const project = await TestProject.create("dev", settings);
    await fs.symlink(path.join(this.dir, "node_modules"), path.join(project.dir, "node_modules"));
    await fs.writeFile(path.join(project.dir, "index.js"), program);
    return project;
  }

  public remove(): Promise<void> {
    return fs.rm(this.dir, { recursive: true, force: true });
  }
}

/** Runs the Pulumi CLI in a project, with a version of Node. */
export function pulumi(project: TestProject, node: string, ...args: readonly string[]): Promise<Ended> {
  return onNode(project, node, ["pulumi", ...args, "--non-interactive"]);
}

/** Runs the package's command line in a project, with a version of Node. */
export function npx(project: TestProject, node: string, ...args: readonly string[]): Promise<Ended> {
  return onNode(project, node, ["npx", "--no-install", "braintrust-snowflake", ...args]);
}

function onNode(project: TestProject, node: string, command: readonly string[]): Promise<Ended> {
  return succeed([...command, "--stack", project.stack], project.dir, {
    ...project.environment,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PATH: [node, process.env.PATH].join(path.delimiter),
  });
}

/** Runs a command, which must succeed. */
export async function succeed(
  command: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const ended = await start(command, folder, environment).ended;
  assert.equal(ended.code, 0, `${command.join(" ")}: ${ended.stdout}${ended.stderr}`);
  return ended;
}
