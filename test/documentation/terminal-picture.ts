/** Colours by their SGR code: foregrounds of a dark terminal with enough contrast. */
const colours: Readonly<Record<number, string>> = {
  31: "#ff8383",
  32: "#7ee787",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#56d4dd",
  90: "#9aa4af",
};
const FOREGROUND = "#e6edf3";
const BACKGROUND = "#0d1117";
const [FONT_SIZE, LINE_HEIGHT, MARGIN] = [14, 20, 16];
/** Of a letter: fonts differ by a few per cent, and textLength evens that out. */
const LETTER_WIDTH = 8.4;

const ESC = String.fromCharCode(27);
/** A style's codes, another sequence of control characters, or text. */
const pieces = new RegExp(`${ESC}\\[([\\d;]*)m|(${ESC}\\[[\\d;?]*[A-Za-z])|([^${ESC}]+)`, "g");

interface Style {
  readonly colour?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

interface Run {
  readonly text: string;
  readonly column: number;
  readonly style: Style;
}

/** Terminal output, with its colours, as an SVG whose text can be read, searched and copied. */
export function terminalPicture(title: string, output: string): string {
  const lines = runsOf(output.trimEnd());
  const columns = Math.max(0, ...lines.flat().map(({ text, column }) => column + text.length));
  const width = Math.ceil(columns * LETTER_WIDTH) + 2 * MARGIN;
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const texts = lines.flatMap((runs, line) =>
    runs.map((run) => textElement(run, MARGIN + line * LINE_HEIGHT + FONT_SIZE)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" fill="${FOREGROUND}">`,
    ...texts,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** The pieces of each line that have one style. What styles nothing, a cursor's movement for example, is left out. */
function runsOf(output: string): Run[][] {
  let style: Style = {};
  return output.split(/\r?\n/).map((line) => {
    const runs: Run[] = [];
    let column = 0;
    for (const [, codes, other, text] of line.matchAll(pieces)) {
      if (codes !== undefined) style = codes.split(";").map(Number).reduce(styled, style);
      if (other !== undefined || text === undefined) continue;
      // Browsers make one blank of several: what follows several blanks is placed by itself.
      for (const words of text.matchAll(/\S+(?: \S+)*/g)) {
        runs.push({ text: words[0], column: column + words.index, style });
      }
      column += text.length;
    }
    return runs;
  });
}

/** ECMA-48, select graphic rendition. */
function styled(style: Style, code: number): Style {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, colour: undefined };
  const colour = colours[code] ?? colours[code - 60];
  return colour === undefined ? style : { ...style, colour };
}

function textElement({ text, column, style }: Run, y: number): string {
  const attributes = [
    `x="${(MARGIN + column * LETTER_WIDTH).toFixed(1)}"`,
    `y="${y}"`,
    `textLength="${(text.length * LETTER_WIDTH).toFixed(1)}"`,
    ...(style.colour === undefined ? [] : [`fill="${style.colour}"`]),
    ...(style.bold === true ? ['font-weight="bold"'] : []),
    ...(style.dim === true ? ['opacity="0.7"'] : []),
  ];
  return `<text ${attributes.join(" ")}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
