/** Characters of a line. */
const WIDTH = 96;

/** JSON of which every value that fits on a line has one line, and lists of texts fill theirs: a policy of many actions stays short. */
export function compactJson(value: unknown, indent = ""): string {
  const flat = oneLine(value);
  if (indent.length + flat.length <= WIDTH || typeof value !== "object" || value === null) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? filled(
        value.map((each) => compactJson(each, inner)),
        WIDTH - inner.length,
      )
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${compactJson(each, inner)}`);
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}

/** As many parts on each line as fit there. */
function filled(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)}, ${part}`;
    if (lines.length > 0 && longer.length < width && !longer.includes("\n")) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}: ${oneLine(each)}`)
    .join(", ")} }`;
}
