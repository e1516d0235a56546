import * as fs from "node:fs/promises";
import * as path from "node:path";
import { stringify } from "yaml";
import { up } from "../../automation";
import { TestProject } from "../engine/harness";
import { cases, HUNDRED_STREAMS, hundredStreams, type PastCase, SALT } from "./cases";

/**
 * `node -r ts-node/register test/past/record.ts FOLDER`: deploys this checkout's program for each case into an account
 * of its own and writes what is left into FOLDER/<case>. A recording is data of its commit and is never changed again.
 */
async function main([folder]: readonly string[]): Promise<void> {
  if (folder === undefined) throw new Error("usage: node -r ts-node/register test/past/record.ts FOLDER");
  process.env.PULUMI_SKIP_UPDATE_CHECK = "true";
  for (const [name, past] of Object.entries({ ...cases, [HUNDRED_STREAMS]: hundredStreams })) {
    const target = path.join(folder, name);
    await fs.mkdir(target, { recursive: true });
    await record(past, target);
    console.log(target);
  }
}

async function record({ stack, config }: PastCase, target: string): Promise<void> {
  const project = await TestProject.create(stack);
  try {
    const settings = stringify({ encryptionsalt: SALT, config });
    for (const dir of [project.dir, target]) {
      await fs.writeFile(path.join(dir, `Pulumi.${stack}.yaml`), settings);
    }
    await up({ ...project.options, create: true });
    await project.assertSettled();
    const state = JSON.parse(await fs.readFile(project.stateFile, "utf8"), withoutOrigin);
    state.checkpoint.latest.resources = ordered(state.checkpoint.latest.resources);
    await fs.writeFile(path.join(target, "state.json"), withoutChance(state));
    const things = project.world.things().sort((a, b) => compare(`${a.type} ${a.id}`, `${b.type} ${b.id}`));
    await fs.writeFile(path.join(target, "account.json"), JSON.stringify(things));
  } finally {
    await project.remove();
  }
}

/** Neither when it was recorded nor from which lines of which folder. */
function withoutOrigin(key: string, value: unknown): unknown {
  if (key === "time") return "2026-01-01T00:00:00Z";
  return ["created", "modified", "sourcePosition", "stackTrace"].includes(key) ? undefined : value;
}

/** As far as the recording looks at it. */
interface Recorded {
  readonly urn: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[] | undefined;
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** By name, but each after what it depends on, which the engine insists on. */
function ordered(resources: readonly Recorded[]): Recorded[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, sorted(resource)]));
  const placed = new Set<Recorded>();
  const place = (resource: Recorded | undefined): void => {
    if (resource === undefined || placed.has(resource)) return;
    const provider = resource.provider?.replace(/::[^:]+$/, "");
    for (const urn of [resource.parent, provider, ...(resource.dependencies ?? [])]) {
      if (urn !== undefined) place(byUrn.get(urn));
    }
    placed.add(resource);
  };
  for (const urn of [...byUrn.keys()].sort()) place(byUrn.get(urn));
  return [...placed];
}

function sorted(resource: Recorded): Recorded {
  const { dependencies, propertyDependencies } = resource;
  const ofProperties = Object.entries(propertyDependencies ?? {}).map(([key, urns]) => [
    key,
    [...urns].sort(),
  ]);
  return {
    ...resource,
    dependencies: dependencies && [...dependencies].sort(),
    propertyDependencies: propertyDependencies && Object.fromEntries(ofProperties),
  };
}

/** The text of a state with numbers for the ids that the engine gives its providers. */
function withoutChance(state: unknown): string {
  const text = JSON.stringify(state);
  const chosen = new Set(text.match(/(?<=")[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=")/g));
  return [...chosen].reduce(
    (numbered, id, index) => numbered.replaceAll(id, `00000000-0000-4000-8000-00000000000${index}`),
    text,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
