import * as fs from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { UsageError } from "../../errors";
import { pathError } from "../../paths";

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
 * @throws UsageError where the file is not there to be read, or Ctrl-C ends the paste.
 */
export async function readAnswers({ file, stdin, stderr }: AnswerSource): Promise<string> {
  if (file !== undefined && file !== "-") {
    try {
      return await fs.readFile(file, "utf8");
    } catch (error) {
      throw pathError(error, { key: "--file", value: file, fix: "give a file of Snowflake's answers" });
    }
  }
  if (stdin.isTTY) return readPaste(stdin, stderr);
  const decoder = new StringDecoder("utf8");
  let text = "";
  for await (const chunk of stdin) text += typeof chunk === "string" ? chunk : decoder.write(chunk);
  return text + decoder.end();
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
        stderr.write(taken.replaceAll("\n", "\r\n"));
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
