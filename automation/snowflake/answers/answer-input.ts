import * as fs from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { UsageError } from "../../errors";
import { pathError } from "../../paths";
import { LONGEST_ANSWERS, tooLong } from "./answers";
import { encodingOf } from "./encoding";

/** Where Snowflake's answers come from. */
export interface AnswerSource {
  /** Path of a file, `-` for standard input. */
  readonly file?: string | undefined;
  readonly stdin: AnswerStream;
  /** Where a paste is shown, and how to end it. */
  readonly stderr: { write(text: string): unknown };
}

/** Standard input, as far as it is used here. */
export interface AnswerStream extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
  on(event: "data", listener: (chunk: Buffer | string) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  off(event: "data", listener: (chunk: Buffer | string) => void): unknown;
  off(event: "end", listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const END = "\u0004";
const INTERRUPT = "\u0003";

/**
 * Reads answers from a file, a pipe, or a paste into the terminal that Ctrl-D ends.
 *
 * @throws UsageError where the file is not there to be read, the input is too long or no text, or Ctrl-C ends the paste.
 */
export async function readAnswers({ file, stdin, stderr }: AnswerSource): Promise<string> {
  if (file !== undefined && file !== "-") {
    const bytes = await readBytes(fs.createReadStream(file)).catch((error: unknown) => {
      if (error instanceof UsageError) throw error;
      throw pathError(error, { key: "--file", value: file, fix: "give a file of Snowflake's answers" });
    });
    return decode(bytes, "--file");
  }
  return stdin.isTTY ? readPaste(stdin, stderr) : decode(await readBytes(stdin), "standard input");
}

async function readBytes(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > LONGEST_ANSWERS) throw tooLong();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer, source: string): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(
      `${source}: must be text in UTF-8 or UTF-16, and is not valid as ${encoding.toUpperCase()}; save it as UTF-8, in ` +
        "PowerShell by `| Out-File -Encoding utf8`",
      { cause: error },
    );
  }
}

/**
 * Reads the terminal raw: a terminal's own line editing cuts lines off at 1,024 or 4,096 characters, which a pasted policy
 * may exceed, and its Ctrl-D would end standard input for the question that follows.
 */
async function readPaste(stdin: AnswerStream, stderr: AnswerSource["stderr"]): Promise<string> {
  stderr.write("Paste what Snowflake answered, then press Ctrl-D (Ctrl-C to leave everything as it is):\n");
  const decoder = new StringDecoder("utf8");
  let text = "";
  stdin.setRawMode?.(true);
  try {
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: UsageError) => {
        stdin.off("data", onData);
        stdin.off("end", onEnd);
        stdin.pause();
        if (error) reject(error);
        else resolve();
      };
      const onEnd = () => settle();
      const onData = (chunk: Buffer | string) => {
        const typed = (typeof chunk === "string" ? chunk : decoder.write(chunk)).replace(/\r\n?/g, "\n");
        const stop = typed.search(new RegExp(`[${END}${INTERRUPT}]`));
        const taken = stop < 0 ? typed : typed.slice(0, stop);
        text += taken;
        if (text.length > LONGEST_ANSWERS) return settle(tooLong());
        stderr.write(taken);
        if (typed[stop] === INTERRUPT) settle(new UsageError("cancelled: nothing was changed"));
        else if (stop >= 0) settle();
      };
      stdin.on("data", onData);
      stdin.on("end", onEnd);
      stdin.resume();
    });
  } finally {
    stdin.setRawMode?.(false);
    stderr.write("\n");
  }
  return text;
}
