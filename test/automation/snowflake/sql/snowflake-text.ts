/**
 * A reader of Snowflake SQL text that shares nothing with the writer: it knows constants, quoted identifiers, dollar quotes and
 * comments as docs.snowflake.com/en/sql-reference/data-types-text and .../identifiers-syntax describe them.
 */
export type Token =
  | { readonly kind: "word" | "sign"; readonly text: string }
  | { readonly kind: "identifier" | "string" | "script"; readonly value: string };

/** Statements of a text, each as its tokens. Throws where a constant, identifier or comment does not end. */
export function readStatements(text: string): Token[][] {
  const statements: Token[][] = [];
  let tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const skipped = /^(?:\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const { length, token } = readToken(rest);
    at += length;
    if (token.kind === "sign" && token.text === ";") {
      statements.push(tokens);
      tokens = [];
    } else tokens.push(token);
  }
  if (tokens.length > 0) throw new Error(`text ends within a statement: ${skeletonOf(tokens)}`);
  return statements;
}

/** Statements of a text, a block replaced by those within it, each from its verb. */
export function flatStatements(text: string): Token[][] {
  return readStatements(text).flatMap((tokens) => {
    const last = tokens.at(-1);
    if (last === undefined || "text" in last || !isBlock(tokens, tokens.length - 1)) return [tokens];
    return readStatements(last.value).map((inner) => {
      const opening = inner
        .map((token) => "text" in token && /^(BEGIN|THEN)$/.test(token.text))
        .lastIndexOf(true);
      return inner.slice(opening + 1);
    });
  });
}

/** What a statement is whatever the settings hold: its words, with a mark for each name and each constant. */
export function skeletonOf(tokens: readonly Token[]): string {
  return tokens
    .map((token, index) => {
      if ("text" in token) return token.text;
      if (token.kind === "identifier") return "<name>";
      const block = isBlock(tokens, index);
      return block ? `<block ${readStatements(token.value).map(skeletonOf).join(" ; ")}>` : "<text>";
    })
    .join(" ");
}

/** Every path of quoted names in a statement, those within constants and blocks included, in the order they stand. */
export function pathsOf(tokens: readonly Token[]): string[][] {
  const paths: string[][] = [];
  tokens.forEach((token, index) => {
    if (token.kind === "identifier") {
      const before = tokens[index - 1];
      const last = paths.at(-1);
      if (before?.kind === "sign" && before.text === "." && last !== undefined) last.push(token.value);
      else paths.push([token.value]);
    } else if (token.kind === "string" || token.kind === "script") {
      if (isBlock(tokens, index)) paths.push(...readStatements(token.value).flatMap(pathsOf));
      else paths.push(...readStatements(namesIn(token.value)).flatMap(pathsOf));
    }
  });
  return paths;
}

/** A path of quoted names as a statement, without what is below a stage; empty for any other text. */
function namesIn(value: string): string {
  const [, names] = /^@?("(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*)(?:\/.*)?$/s.exec(value) ?? [];
  return names === undefined ? "" : `${names};`;
}

/** Every string constant of a statement, those within blocks included. */
export function stringsOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token, index) => {
    if (token.kind !== "string" && token.kind !== "script") return [];
    return isBlock(tokens, index) ? readStatements(token.value).flatMap(stringsOf) : [token.value];
  });
}

/** The value of a text that is one string constant or dollar-quoted text and nothing else. */
export function constantValue(text: string): string {
  const { length, token } = readToken(text);
  if (length !== text.length || (token.kind !== "string" && token.kind !== "script"))
    throw new Error(`no constant: ${text}`);
  return token.value;
}

function isBlock(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  return before?.kind === "word" && before.text === "IMMEDIATE";
}

function readToken(rest: string): { length: number; token: Token } {
  if (rest.startsWith("'")) return readString(rest);
  if (rest.startsWith("$$")) {
    const end = rest.indexOf("$$", 2);
    if (end < 0) throw new Error("dollar quote without end");
    return { length: end + 2, token: { kind: "script", value: rest.slice(2, end) } };
  }
  if (rest.startsWith('"')) {
    const found = /^"((?:[^"]|"")*)"/.exec(rest);
    if (found?.[1] === undefined) throw new Error("identifier without end");
    return { length: found[0].length, token: { kind: "identifier", value: found[1].replaceAll('""', '"') } };
  }
  const word = /^[\w$]+/.exec(rest)?.[0];
  if (word !== undefined) return { length: word.length, token: { kind: "word", text: word.toUpperCase() } };
  return { length: 1, token: { kind: "sign", text: rest.charAt(0) } };
}

const simpleEscapes: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function readString(rest: string): { length: number; token: Token } {
  let value = "";
  for (let at = 1; at < rest.length; ) {
    const character = rest.charAt(at);
    if (character === "'" && rest.charAt(at + 1) !== "'")
      return { length: at + 1, token: { kind: "string", value } };
    if (character === "'") {
      value += "'";
      at += 2;
    } else if (character === "\\") {
      const code = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{3}|0))/.exec(rest.slice(at, at + 6));
      if (code !== null) {
        value += String.fromCharCode(
          code[3] === undefined ? Number.parseInt(code[1] ?? code[2] ?? "", 16) : Number.parseInt(code[3], 8),
        );
        at += code[0].length;
      } else {
        const next = rest.charAt(at + 1);
        value += simpleEscapes[next] ?? next;
        at += 2;
      }
    } else {
      value += character;
      at += 1;
    }
  }
  throw new Error("string without end");
}
