import { isNode, Scalar, stringify, visit } from "yaml";

/** What stands unquoted in a file and is another value to the engine than its text. */
export class Unquoted {
  public constructor(
    public readonly source: string,
    /** The engine's value: of a date, whose type no setting has, the text. */
    public readonly engineValue: number | string,
  ) {}
}

/**
 * What the engine takes an unquoted text for; `undefined` where it is a text, a flag or null, as for YAML 1.2. The engine reads
 * with Go's yaml.v3, which knows the numbers of YAML 1.1 as well: resolve.go there, and ParseInt with base 0 of strconv.
 */
export function engineScalar(source: string): number | "date" | undefined {
  if (!/^[-+.\d]/.test(source)) return undefined;
  if (isDate(source)) return "date";
  const plain = source.startsWith(".") ? source : source.replaceAll("_", "");
  const [, sign, digits = ""] = /^([-+]?)(0x[\da-f]+|0b[01]+|0o?[0-7]+|0|[1-9]\d*)$/i.exec(plain) ?? [];
  if (digits !== "") {
    const octal = /^0o?(?=[0-7])/i;
    const value = octal.test(digits) ? Number.parseInt(digits.replace(octal, ""), 8) : Number(digits);
    return sign === "-" ? -value : value;
  }
  return /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}

/** A date is 2024-1-2, with or without a time of day, and exists in the calendar. */
function isDate(source: string): boolean {
  const [, year, month, day] =
    /^(\d{4})-(\d{1,2})-(\d{1,2})([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d{2}:\d{2})?)?$/.exec(source) ??
    [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}

/** Has every scalar of a document stand for what the engine reads. */
export function readAsEngine(document: Parameters<typeof visit>[0]): void {
  visit(document, {
    Scalar(key, node) {
      if (key === "key" || node.type !== Scalar.PLAIN || node.tag !== undefined) return;
      const source = typeof node.value === "string" ? node.value : (node.source ?? "");
      const read = engineScalar(source);
      if (read === undefined || String(read) === source) return;
      node.value = new Unquoted(source, read === "date" ? source : read);
    },
  });
}

/** Quotes every text that a reader of YAML 1.1 or 1.2 could take for a value of another type. */
export function quoteTexts(value: unknown): void {
  if (!isNode(value)) return;
  visit(value, {
    Scalar(_, node) {
      if (typeof node.value === "string" && isAmbiguous(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

function isAmbiguous(text: string): boolean {
  return engineScalar(text) !== undefined || stringify(text, { compat: "yaml-1.1" }).startsWith('"');
}
