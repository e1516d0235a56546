/** Patterns of IAM, compiled once: a page asks for each some thousand times. */
interface Globs {
  readonly flags: string;
  readonly compiled: Map<string, RegExp>;
}

/** As IAM compares ARNs. */
export const sameCase: Globs = { flags: "s", compiled: new Map() };

/** As IAM compares actions. */
export const anyCase: Globs = { flags: "si", compiled: new Map() };

/** IAM's wildcards: `*` any text, `?` one character. */
export function glob(pattern: string, { flags, compiled }: Globs): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`, flags);
  compiled.set(pattern, expression);
  return expression;
}

/** Whether some text fits both patterns. */
export function overlap(one: string, other: string): boolean {
  const [start, otherStart] = [one, other].map((pattern) => pattern.replace(/[*?].*/s, "")) as [
    string,
    string,
  ];
  if (!start.startsWith(otherStart) && !otherStart.startsWith(start)) return false;
  // Of what is left of `one` from a place on: whether it overlaps with what is left of `other` from each place on.
  let rest = [...other, ""].map((_, at) => /^\**$/.test(other.slice(at)));
  for (const character of [...one].reverse()) {
    const here = new Array<boolean>(other.length + 1).fill(false);
    here[other.length] = character === "*" && rest[other.length] === true;
    for (let at = other.length - 1; at >= 0; at -= 1) {
      const facing = other[at];
      here[at] =
        character === "*" || facing === "*"
          ? rest[at] === true || here[at + 1] === true
          : (character === facing || character === "?" || facing === "?") && rest[at + 1] === true;
    }
    rest = here;
  }
  return rest[0] === true;
}
