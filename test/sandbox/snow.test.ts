import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";
import { parseAnswers } from "../../automation/snowflake/answers/answers";
import { runSnow, SnowError, type SnowOptions } from "../../automation/snowflake/handshake/snow";
import { json } from "../automation/snowflake/answers/answer-forms";
import { errors, pipe, policy, queue, storage } from "../automation/snowflake/answers/answer-samples";
import { FakeSnowflake } from "../automation/snowflake/handshake/fake-snow/account";
import { needModule, pythonPrograms, runPython } from "./python";

describe("the Snowflake CLI itself, without an account", function () {
  this.timeout(300_000);
  let home: string;
  let fake: FakeSnowflake;

  before(async function () {
    needModule(this, "snowflake.cli");
    home = await fs.mkdtemp(path.join(os.tmpdir(), "snow-home-"));
    const connection =
      '[connections.admin]\naccount = "a"\nuser = "u"\npassword = "p"\nhost = "127.0.0.1"\nport = 9\n';
    await fs.writeFile(path.join(home, "config.toml"), connection, { mode: 0o600 });
    fake = await FakeSnowflake.create({ connections: ["admin"] });
  });
  after(async () => {
    if (home !== undefined) await fs.rm(home, { recursive: true });
    await fake?.remove();
  });

  it("prints what `connect` reads, and tables that it refuses by name, on a terminal of any width or into a file", () => {
    const pipes = Array.from({ length: 100 }, (_, at) => pipe(`LOGS_PIPE_${at}`, queue));
    const answers = [storage, errors, pipes, policy];
    const forms = ["TABLE", "JSON", "JSON_EXT", "CSV"].flatMap((format) =>
      [undefined, 80, 133, 400].map((width) => ({ format, width: width ?? null, answers })),
    );
    const expected = parseAnswers(answers.map(json).join("\n"));
    assert.equal(expected.pipes.length, pipes.length);
    const printed = z.array(z.string()).parse(runPython("print_snow_answers.py", [], forms));
    assert.equal(printed.length, forms.length);
    printed.forEach((text, index) => {
      const how = `${forms[index]?.format}, ${forms[index]?.width} wide`;
      if (forms[index]?.format === "TABLE") {
        assert.throws(() => parseAnswers(text), /drawn with lines.*--format json/s, how);
      } else {
        assert.deepEqual(parseAnswers(text), expected, how);
      }
    });
  });

  for (const [what, sql, connection] of [
    ["a connection nobody has set up", "SELECT 1;", "nowhere"],
    ["a connection that looks like an option", "SELECT 1;", "--debug"],
    ["no connection at all", "SELECT 1;", undefined],
    ["a variable nobody has filled", "SELECT '<% secret_access_key %>';", "admin"],
  ] as const) {
    it(`takes our arguments, and fails as the fake one does, with ${what}`, async () => {
      const itself = { PATH: [pythonPrograms, process.env.PATH].join(path.delimiter), SNOWFLAKE_HOME: home };
      const said = await failure(sql, { connection, environment: itself });
      assert.equal(said, await failure(sql, { connection, environment: fake.environment }));
    });
  }
});

async function failure(sql: string, options: SnowOptions): Promise<string> {
  const error = await runSnow(sql, options).then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SnowError, String(error));
  return error.message;
}
