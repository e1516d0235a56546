/**
 * Whether CloudWatch Logs counts an event: the part of its JSON patterns that ours use, =, != and wildcards at either end,
 * NOT EXISTS, IS FALSE, && and ||. A comparison with what the event has not does not hold, "!=" included.
 *
 * @throws Error for a pattern of another form.
 */
export function matches(pattern: string, event: object): boolean {
  const [, body] = /^\{ (.*) \}$/.exec(pattern) ?? [];
  if (body === undefined) throw new Error(`not a JSON pattern: ${pattern}`);
  const [value, rest] = expression(body, event);
  if (rest !== "") throw new Error(`left over: ${rest}`);
  return value;
}

const comparison = /^\((\$[\w.[\]-]+) (=|!=) "([^"]*)"\)/;
const absence = /^\((\$[\w.]+) NOT EXISTS\)/;
const falsehood = /^\((\$[\w.]+) IS FALSE\)/;

function expression(text: string, event: object): [boolean, string] {
  const compared = comparison.exec(text);
  if (compared !== null) {
    const [whole, field = "", operator, value = ""] = compared;
    const found = fieldOf(field, event);
    const equal = found !== undefined && like(String(found), value);
    return [found !== undefined && (operator === "=" ? equal : !equal), text.slice(whole.length)];
  }
  const absent = absence.exec(text);
  if (absent !== null) return [fieldOf(absent[1] ?? "", event) === undefined, text.slice(absent[0].length)];
  const falsy = falsehood.exec(text);
  if (falsy !== null) return [fieldOf(falsy[1] ?? "", event) === false, text.slice(falsy[0].length)];
  if (!text.startsWith("(")) throw new Error(`unknown: ${text}`);
  return joined(text.slice(1), event);
}

function joined(text: string, event: object): [boolean, string] {
  let [value, rest] = expression(text, event);
  const operator = rest.slice(1, 3);
  while (rest.startsWith(` ${operator} `)) {
    const [next, after] = expression(rest.slice(4), event);
    value = operator === "&&" ? value && next : value || next;
    rest = after;
  }
  if (!rest.startsWith(")")) throw new Error(`unclosed: ${rest}`);
  return [value, rest.slice(1)];
}

function like(text: string, wanted: string): boolean {
  const parts = wanted.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

function fieldOf(field: string, event: object): unknown {
  return field
    .split(/[.[\]]+/)
    .filter((key) => key !== "")
    .slice(1)
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      event,
    );
}
