import { Readable } from "node:stream";
import { JSONParser } from "@streamparser/json";
import { parse } from "csv-parse";
import { UsageError } from "../errors";
import { isNull } from "../snowflake/answers/answers";
import { encodingOf } from "../snowflake/answers/encoding";

/** A row by its columns, whose names are in capitals. */
export type AnswerRow = Readonly<Record<string, unknown>>;

/** As many characters as tell the forms of an answer apart. */
const HEAD = 64;

/**
 * Rows of an answer, read piece by piece: JSON or JSON lines of the Snowflake CLI, values separated by commas, tabs or semicolons as Snowsight
 * or a spreadsheet saves them, in UTF-8 or UTF-16. Rows of other statements are among them, of separated values only those before are left out.
 *
 * @throws UsageError where it is none of these.
 */
export async function* answerRows(input: Readable): AsyncGenerator<AnswerRow> {
  const pieces = textOf(input);
  let head = "";
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    head += next.value;
    if (head.trimStart().length >= HEAD) break;
  }
  const all = (async function* () {
    yield head;
    yield* pieces;
  })();
  const shape = head.replaceAll(/\s/g, "").slice(0, 2);
  const isJson = shape.startsWith("[") || shape.startsWith("{");
  const [firstLine = ""] = head.trimStart().split("\n");
  // Spreadsheets of many countries save semicolons.
  const delimiter = ["\t", ";"].find((each) => firstLine.includes(each)) ?? ",";
  for await (const value of isJson ? jsonRows(all, shape) : separatedRows(all, delimiter)) {
    if (typeof value !== "object" || value === null) continue;
    if ("resultSetMetaData" in value) {
      throw new UsageError(
        "Snowflake's answer is that of its SQL API: pass what the Snowflake CLI answers, as JSON or CSV, or what Snowsight saves",
      );
    }
    yield "FILE" in value ? (value as AnswerRow) : inCapitals(value);
  }
}

/** Some clients write the names of columns in small letters. */
function inCapitals(value: object): AnswerRow {
  return Object.fromEntries(Object.entries(value).map(([name, cell]) => [name.toUpperCase(), cell]));
}

async function* textOf(input: Readable): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const chunk of input) {
      const bytes = Buffer.from(chunk);
      decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder?.decode() ?? "";
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError("Snowflake's answer is no text in UTF-8 or UTF-16: save it as UTF-8", {
      cause: error,
    });
  }
}

/** Where rows are, by how the text begins: in a list, in a list of statements' lists, or one behind the other. */
const rowPaths: Readonly<Record<string, string>> = { "[[": "$.*.*", "[{": "$.*", "[]": "$.*" };

async function* jsonRows(pieces: AsyncIterable<string>, shape: string): AsyncGenerator<unknown> {
  const found: unknown[] = [];
  const areLines = shape.startsWith("{");
  const parser = new JSONParser({
    paths: [areLines ? "$" : (rowPaths[shape] ?? "$.*")],
    keepStack: false,
    ...(areLines && { separator: "" }),
  });
  parser.onValue = ({ value }) => void found.push(value);
  parser.onEnd = () => undefined;
  for await (const piece of pieces) {
    try {
      if (!parser.isEnded) parser.write(piece);
    } catch (error) {
      throw new UsageError(`Snowflake's answer is no JSON: ${(error as Error).message}`, { cause: error });
    }
    yield* found.splice(0);
  }
  try {
    if (!parser.isEnded) parser.end();
  } catch {
    throw endsEarly();
  }
}

/** The Snowflake CLI writes the values of all statements one below the other: the query's begin at its column line. */
async function* separatedRows(pieces: AsyncGenerator<string>, delimiter: string): AsyncGenerator<AnswerRow> {
  const source = Readable.from(pieces);
  // What is copied from Snowsight's grid has tabs and no quotation marks but those of the cells.
  const relax_quotes = delimiter === "\t";
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes,
    delimiter,
  });
  source.on("error", (error) => parser.destroy(error));
  let columns: string[] | undefined;
  try {
    for await (const record of source.pipe(parser)) {
      const cells = record as string[];
      if (columns === undefined) {
        const names = cells.map((name) => name.trim().toUpperCase());
        if (names.includes("STREAM") && names.includes("FILE")) columns = names;
      } else if (cells.every((cell, at) => cell.trim().toUpperCase() === columns?.[at])) {
        // Many streams take several queries, each with its column line.
      } else if (cells.length === columns.length) {
        yield Object.fromEntries(columns.map((name, at) => [name, withoutNull(name, cells[at] ?? "")]));
      } else throw endsEarly();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`Snowflake's answer is neither JSON nor CSV: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** A stream may be named none, and every other cell is text of Snowflake's or NULL. */
function withoutNull(column: string, cell: string): string {
  return column !== "STREAM" && isNull(cell.trim()) ? "" : cell;
}

function endsEarly(): UsageError {
  return new UsageError("Snowflake's answer ends in the middle: pass the whole of it");
}
