import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import { UsageError } from "../../../../automation/errors";
import { readAnswers } from "../../../../automation/snowflake/answers/answer-input";

describe("readAnswers", () => {
  let dir: string;
  before(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "answers-"));
  });
  after(() => fs.rm(dir, { recursive: true }));

  async function written(content: string | Buffer): Promise<string> {
    const file = path.join(dir, "answers.json");
    await fs.writeFile(file, content);
    return file;
  }

  it("reads a file", async () => {
    assert.equal(await readAnswers({ ...terminal(), file: await written("[ärger]") }), "[ärger]");
  });

  it("reads a pipe to its end, characters of several bytes cut in two included", async () => {
    for (const file of [undefined, "-"]) {
      const stdin = new PassThrough();
      const bytes = Buffer.from("größer");
      stdin.write(bytes.subarray(0, 3));
      stdin.end(bytes.subarray(3));
      assert.equal(await readAnswers({ file, stdin, stderr: new Shown() }), "größer");
    }
  });

  it("decodes UTF-8 and UTF-16 by byte order mark, or by the zeros of UTF-16 without one", async () => {
    const text = '[{"name":"größer ログ"}]';
    const little = Buffer.from(text, "utf16le");
    const big = Buffer.from(little).swap16();
    for (const bytes of [
      Buffer.from(`\uFEFF${text}`),
      Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
      little,
      big,
    ]) {
      assert.equal(await readAnswers({ ...terminal(), file: await written(bytes) }), text);
      const stdin = new PassThrough();
      stdin.end(bytes);
      assert.equal(await readAnswers({ file: "-", stdin, stderr: new Shown() }), text);
    }
  });

  it("refuses what is text in neither, and names the encoding it was read as", async () => {
    for (const [bytes, encoding] of [
      [Buffer.from("größer", "latin1"), /^--file: .*UTF-8/],
      [Buffer.from([0xff, 0xfe, 0x5b, 0x00, 0x00]), /^--file: .*UTF-16LE/],
    ] as const) {
      const refused = readAnswers({ ...terminal(), file: await written(bytes) });
      await assert.rejects(refused, (error) => error instanceof UsageError && encoding.test(error.message));
    }
  });

  it("stops reading an endless input", async () => {
    const blanks = Buffer.alloc(2 ** 20, " ");
    for (const file of ["/dev/zero", undefined]) {
      const stdin = new PassThrough();
      const feed = setInterval(() => stdin.write(blanks), 1);
      await assert.rejects(readAnswers({ file, stdin, stderr: new Shown() }), /longer than 16 MiB/);
      clearInterval(feed);
    }
  });

  it("reads a paste up to Ctrl-D, shows it, and leaves the terminal as it was", async () => {
    const { stdin, stderr } = terminal();
    const line = "x".repeat(10_000);
    const read = readAnswers({ stdin, stderr });
    stdin.write(`[\r${line}\r`);
    stdin.write("]\r\n\u0004behind");
    assert.equal(await read, `[\n${line}\n]\n`);
    assert.match(stderr.text, /^Paste .*Ctrl-D.*\n\[\nx+\n\]\n\n$/);
    assert.deepEqual(stdin.modes, [true, false]);
    assert.ok(stdin.isPaused());
  });

  it("takes nothing after Ctrl-C", async () => {
    const { stdin, stderr } = terminal();
    const read = readAnswers({ stdin, stderr });
    stdin.write("[\u0003");
    await assert.rejects(read, new UsageError("cancelled: nothing was changed"));
    assert.deepEqual(stdin.modes, [true, false]);
  });
});

class Shown {
  public text = "";

  public write(text: string): void {
    this.text += text;
  }
}

class Terminal extends PassThrough {
  public readonly isTTY = true;
  public readonly modes: boolean[] = [];

  public setRawMode(raw: boolean): void {
    this.modes.push(raw);
  }
}

function terminal() {
  return { stdin: new Terminal(), stderr: new Shown() };
}
