import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { TestProject } from "../engine/harness";
import { HUNDRED_STREAMS } from "./cases";

/** A stack as an earlier commit has left it. */
export interface Past {
  /** `d10a475/prod`. */
  readonly name: string;
  readonly stack: "dev" | "prod";
  readonly folder: string;
  /** The project's settings, by key. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const NAMESPACE = "braintrust-snowflake:";

/** Every recording there is, see record.ts. */
const recordings: readonly Past[] = fs
  .readdirSync(__dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => path.basename(file) === "state.json")
  .map((file) => pastOf(path.dirname(file)));

const isHundred = ({ name }: Past) => path.basename(name) === HUNDRED_STREAMS;

/** Stacks that every test of earlier versions takes. */
export const pasts = recordings.filter((past) => !isHundred(past));
/** Stacks of as many streams as have a notification each. */
export const hundreds = recordings.filter(isHundred);

function pastOf(name: string): Past {
  const folder = path.join(__dirname, name);
  const stack = fs.existsSync(path.join(folder, "Pulumi.dev.yaml")) ? "dev" : "prod";
  const { config } = parse(fs.readFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "utf8"));
  const own = Object.entries(config).filter(([key]) => key.startsWith(NAMESPACE));
  const settings = Object.fromEntries(own.map(([key, value]) => [key.replace(NAMESPACE, ""), value]));
  return { name, folder, stack, settings };
}

/** A project with the settings, the state and the account of a recording. */
export async function projectOf({ folder, stack }: Past): Promise<TestProject> {
  const project = await TestProject.create(stack);
  const settings = `Pulumi.${stack}.yaml`;
  fs.copyFileSync(path.join(folder, settings), path.join(project.dir, settings));
  fs.mkdirSync(path.dirname(project.stateFile), { recursive: true });
  fs.copyFileSync(path.join(folder, "state.json"), project.stateFile);
  for (const thing of JSON.parse(fs.readFileSync(path.join(folder, "account.json"), "utf8"))) {
    project.world.put(thing);
  }
  return project;
}
