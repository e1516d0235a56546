import { PROJECT } from "../../components/settings/settings";

/**
 * A key as the engine has it: a name alone is of this project, and `namespace:config:name` is an older form of `namespace:name`
 * (ParseKey of Pulumi's sdk/go/common/resource/config/key.go).
 */
export function fullKey(key: string): string {
  if (!key.includes(":")) return `${PROJECT}:${key}`;
  const [namespace, middle, ...rest] = key.split(":");
  return middle === "config" && rest.length === 1 ? `${namespace}:${rest[0]}` : key;
}

/** Where a value stands: the key of the configuration, then names and places below it. */
export type KeyPath = readonly [key: string, ...below: (string | number)[]];

/**
 * A key of Pulumi.yaml, which the engine takes for a path: `streams[0].name`, `names["with.dot"]`.
 *
 * @returns `undefined` where it is none.
 */
export function keyPath(key: string): KeyPath | undefined {
  const [, root = "", below = ""] = /^([^.[]+)(.*)$/s.exec(fullKey(key)) ?? [];
  const part = /\.([^.[]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)+)"\]/y;
  const parts: (string | number)[] = [];
  while (part.lastIndex < below.length) {
    const found = part.exec(below);
    if (found === null) return undefined;
    const [, name, index, quoted] = found;
    parts.push(index === undefined ? (name ?? String(quoted).replaceAll(/\\(.)/g, "$1")) : Number(index));
  }
  return root === "" ? undefined : [root, ...parts];
}

/** The value there, `undefined` where there is none: an empty one is null. */
export function valueAtPath(values: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, part) => {
    const isOwn = typeof value === "object" && value !== null && Object.hasOwn(value, part);
    return isOwn ? (value as Record<string | number, unknown>)[part] : undefined;
  }, values);
}

/**
 * The same values with one more below its key, as the engine puts it there: what is neither map nor list on the way is replaced.
 *
 * @returns `undefined` where a list has not that place.
 */
export function withValueAt(whole: unknown, below: readonly (string | number)[], value: unknown): unknown {
  const [part, ...rest] = below;
  if (part === undefined) return value;
  if (Array.isArray(whole)) {
    if (typeof part !== "number" || part > whole.length) return undefined;
    const item = withValueAt(whole[part], rest, value);
    return item === undefined ? undefined : [...whole.slice(0, part), item, ...whole.slice(part + 1)];
  }
  if (typeof whole === "object" && whole !== null) {
    const inner = withValueAt((whole as Record<string, unknown>)[part], rest, value);
    return inner === undefined ? undefined : { ...whole, [part]: inner };
  }
  const container = typeof part === "number" ? Array.from({ length: part + 1 }, () => null) : {};
  return withValueAt(container, below, value);
}
