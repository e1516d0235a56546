import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import { UsageError } from "../../../../automation/errors";
import { readAnswers } from "../../../../automation/snowflake/answers/answer-input";

describe("readAnswers", () => {
  it("reads a file", async () => {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), "answers-"));
    const file = path.join(dir, "answers.json");
    await fs.writeFile(file, "[ärger]");
    assert.equal(await readAnswers({ ...terminal(), file }), "[ärger]");
    await fs.rm(dir, { recursive: true });
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

  it("reads a paste up to Ctrl-D, shows it, and leaves the terminal as it was", async () => {
    const { stdin, stderr } = terminal();
    const line = "x".repeat(10_000);
    const read = readAnswers({ stdin, stderr });
    stdin.write(`[\r${line}\r`);
    stdin.write("]\r\n\u0004behind");
    assert.equal(await read, `[\n${line}\n]\n`);
    assert.match(stderr.text, /^Paste .*Ctrl-D.*\n\[\r\nx+\r\n\]\r\n\n$/);
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
