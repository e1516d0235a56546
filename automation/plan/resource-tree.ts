import { type Cell, type Look, paint, table } from "../terminal/layout";
import type { Namer } from "./arn-names";
import type { PlannedResource } from "./evaluation";
import { noteOf } from "./resource-notes";

/** Most streams whose alarms, metrics and so on are listed. */
const MOST_STREAMS = 10;

/** The resources below the components that make them, with what matters of each. */
export function resourceTree(
  resources: readonly PlannedResource[],
  streams: readonly string[],
  name: Namer,
  look: Look,
): string[] {
  const names = new Set(streams);
  const kinds = new Map<string, number>();
  const rows = entriesOf(resources)
    .map((entry) => {
      const kind = kindOfStreams(entry.resource, names);
      const place = kind === undefined ? 0 : (kinds.get(kind) ?? 0) + 1;
      if (kind !== undefined) kinds.set(kind, place);
      return { ...entry, place, last: () => kind !== undefined && kinds.get(kind) === place };
    })
    .flatMap(({ resource, depth, shortName, empty, place, last }): Cell[][] => {
      const indent = " ".repeat(2 * depth);
      if (!isLeaf(resource)) {
        return [[{ text: `${indent}${componentTitle(resource, look)}${empty ? ": creates nothing" : ""}` }]];
      }
      const text = indent + leafType(resource);
      if (place <= MOST_STREAMS) {
        return [[{ text }, { text: shortName }, { text: noteOf(resource, name) ?? "" }]];
      }
      if (!last()) return [];
      return [[{ text }, { text: "…" }, { text: `${place - MOST_STREAMS} more, which \`plan --json\` has` }]];
    });
  return table(rows, look);
}

/** The resources as the tree lists them: components by the guide's steps, each followed by what it makes. */
export function inTreeOrder(resources: readonly PlannedResource[]): PlannedResource[] {
  return entriesOf(resources).map(({ resource }) => resource);
}

/** Whether it is a resource of AWS and not a component of ours. */
export function isLeaf({ type }: PlannedResource): boolean {
  return /^(awsx?|braintrust-snowflake:s3):/.test(type);
}

interface Entry {
  readonly resource: PlannedResource;
  readonly depth: number;
  /** The name without its component's, which stands above it. */
  readonly shortName: string;
  /** A component that creates nothing, of an existing bucket for example. */
  readonly empty: boolean;
}

function entriesOf(resources: readonly PlannedResource[]): Entry[] {
  const urns = new Set(resources.map(({ urn }) => urn));
  const roots = resources.filter(({ parent }) => !urns.has(parent));
  return roots.flatMap((root) => below(root, resources, 1));
}

/** A resource and all below it, its own before those of components within it. */
function below(resource: PlannedResource, resources: readonly PlannedResource[], depth: number): Entry[] {
  const parent = resources.find(({ urn }) => urn === resource.parent);
  const children = resources.filter((child) => child.parent === resource.urn);
  const components = children.filter((child) => !isLeaf(child));
  const ordered = [...children.filter(isLeaf), ...components.sort((one, other) => order(one) - order(other))];
  return [
    { resource, depth, shortName: shortened(resource.name, parent?.name), empty: children.length === 0 },
    ...ordered.flatMap((child) => below(child, resources, depth + 1)),
  ];
}

function shortened(name: string, parentName: string | undefined): string {
  if (parentName === undefined) return name;
  return name === parentName || name.startsWith(`${parentName}-`)
    ? `…${name.slice(parentName.length)}`
    : name;
}

/** `aws:s3/bucketVersioning:BucketVersioning` -> `s3.BucketVersioning`, without the "Configuration" of the longest. */
function leafType({ type }: PlannedResource): string {
  const [, module = "", token = ""] = type.split(":");
  return `${module.split("/")[0]}.${token.replace(/Configuration$/, "")}`;
}

/** Components that stand for a step of the guide, in the order of the steps. */
const steps = ["ExportBucket", "BraintrustRole", "SnowflakeReader", "SnowpipeEvents", "BucketPolicy"];

function order(component: PlannedResource): number {
  const step = steps.indexOf(kindOf(component));
  return step < 0 ? steps.length : step;
}

/** What a resource is that exists once for each stream; nothing otherwise. */
function kindOfStreams(resource: PlannedResource, streams: ReadonlySet<string>): string | undefined {
  const words = resource.name.split("-");
  const at = words.findIndex((_, index) => index > 0 && streams.has(words.slice(index).join("-")));
  return at < 0 ? undefined : [resource.type, ...words.slice(0, at)].join(" ");
}

function componentTitle(component: PlannedResource, look: Look): string {
  const kind = kindOf(component);
  const title = steps.includes(kind) ? `Step ${steps.indexOf(kind) + 1}: ${kind}` : kind;
  return `${paint({ text: title, style: "bold" }, look)} ${paint({ text: component.name, style: "dim" }, look)}`;
}

function kindOf({ type }: PlannedResource): string {
  return type.slice(type.lastIndexOf(":") + 1);
}
