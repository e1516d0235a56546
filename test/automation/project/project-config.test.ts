import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { UsageError } from "../../../automation/errors";
import {
  editStackFile,
  readStackFile,
  settingChange,
  settingsOf,
} from "../../../automation/project/stack-file";

describe("the configuration in Pulumi.yaml", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "project-config-"));
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  async function read(project: string, own = "{}", more = "") {
    const lines = (text: string) => text.trim().replaceAll(/^/gm, "  ");
    await fs.writeFile(
      path.join(dir, "Pulumi.yaml"),
      `name: braintrust-snowflake\nruntime: nodejs\nconfig:\n${lines(project)}\n`,
    );
    const config = own === "{}" ? "config: {}\n" : `config:\n${lines(own)}\n`;
    await fs.writeFile(path.join(dir, "Pulumi.dev.yaml"), config + more);
    return readStackFile("dev", dir);
  }
  const refused = (message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, message);
    return true;
  };

  // As `pulumi config --json` of Pulumi 3.259.0 has them: the engine's test compares both.
  for (const [title, project, own, expected] of [
    [
      "with and without the project's namespace, and with its older form",
      "exportPrefix: a/\nbraintrust-snowflake:bucketName: b\nbraintrust-snowflake:config:format: jsonl",
      "{}",
      { exportPrefix: "a/", bucketName: "b", format: "jsonl" },
    ],
    [
      "with value or default, typed or not",
      "exportPrefix: { default: a/, type: string }\nbucketName: { value: b, description: d }\nstreams: { type: array, items: { type: object }, default: [{ name: c }] }",
      "{}",
      { exportPrefix: "a/", bucketName: "b", streams: [{ name: "c" }] },
    ],
    [
      "as a path below a setting of the stack's own, which wins",
      "snowflake.database: A\nbraintrust-snowflake:snowflake.schema: B\nmonitoring.storageGb: { default: 7 }",
      "snowflake:\n  schema: C\nbucketName: b",
      { snowflake: { schema: "C", database: "A" }, monitoring: { storageGb: 7 }, bucketName: "b" },
    ],
    [
      "as a path into a list, and one quoted",
      "streams[0].format: parquet\nstreams[1].name: b\n'events.notificationChannels[\"a.b\"]': c",
      "streams: [{ name: a }]",
      {
        streams: [{ name: "a", format: "parquet" }, { name: "b" }],
        events: { notificationChannels: { "a.b": "c" } },
      },
    ],
    [
      "below a value that the stack's file leaves empty, which stays so",
      "snowflake.database: A\nbucketName: b",
      "snowflake:\n  database:\nbucketName:",
      { snowflake: { database: null }, bucketName: null },
    ],
  ] as const) {
    it(`is understood ${title}`, async () => {
      const { values } = await read(project, own);
      const named = Object.entries(values).map(([key, value]) => [
        key.replace("braintrust-snowflake:", ""),
        value,
      ]);
      assert.deepEqual(Object.fromEntries(named), expected);
    });
  }

  it("gives the provider its values", async () => {
    const { values } = await read("aws:region: eu-west-1\naws:defaultTags:\n  value: { tags: { a: b } }");
    assert.deepEqual(values, { "aws:region": "eu-west-1", "aws:defaultTags": { tags: { a: "b" } } });
  });

  for (const [project, rule] of [
    ["bucketName:", /bucketName = null: must have a value; remove it/],
    ["a: 1.5", /a = 1\.5: must be a text, a whole number/],
    [
      "aws:defaultTags: { tags: { a: b } }",
      /aws:defaultTags = \(a map\): .*tags is none of type, .*; write it as \{ value: \{ tags: \.\.\. \} \}/,
    ],
    ["a: { default: 1, value: 2 }", /must not have both value and default/],
    ["a: { type: number }", /its type must be one of string, integer/],
    ["a: { type: array, default: [1] }", /its type must be one of .*, an array with the type of its items/],
    ["a: { type: string, default: 1 }", /its default must be of its type, string/],
    [
      "a: { type: array, items: { type: string }, default: [1] }",
      /its default must be of its type, array<string>/,
    ],
    [
      "a: { type: string, secret: true, default: b }",
      /is secret, and a value in Pulumi\.yaml is not encrypted/,
    ],
    ["aws:region: { default: eu-west-1 }", /aws:region = \(a map\): must be \{ value: \.\.\. \}/],
    ["aws:region: { type: string, value: eu-west-1 }", /must be \{ value: \.\.\. \}/],
    ["aws:region: {}", /must be \{ value: \.\.\. \}/],
    ["bucketName: 2024-01-02", /bucketName = 2024-01-02: is read as a date/],
    ["a: { value: [2024-01-02] }", /is read as a date/],
    ["'a.': 1", /a\. = 1: is no key/],
    ["'a[x': 1", /is no key/],
    ["'aws:a:b': 1", /is no key/],
    ["streams[3].name: b", /streams\[3\]\.name = "b": must name a place of the list/],
  ] as const) {
    it(`is refused as the engine would: ${project}`, async () => {
      const lists = "streams: [{ name: a }]";
      await assert.rejects(read(project, lists), refused(rule));
      await assert.rejects(read(project, lists), refused(/^Invalid Pulumi\.yaml:\n {2}\S/));
    });
  }

  it("refuses a stack's value of another type, an unencrypted secret and a missing value, in the stack's file", async () => {
    for (const [project, own, rule] of [
      [
        "days: { type: integer }",
        "days: few",
        /days = "few": must be of the type that Pulumi\.yaml says, integer/,
      ],
      ["on: { type: boolean, default: true }", "on: 1", /on = 1: must be of the type .*, boolean/],
      [
        "list: { type: array, items: { type: integer } }",
        "list: [a]",
        /list = \(a map or a list\): .*array<integer>/,
      ],
      ["word: { type: string, secret: true }", "word: plain", /word = "plain": must be encrypted/],
      [
        "word: {}",
        "other: a",
        /word = \(unset\): must be set for every stack.*; run `pulumi config set word/,
      ],
    ] as const) {
      await assert.rejects(read(project, own), refused(rule));
      await assert.rejects(read(project, own), refused(/^Invalid Pulumi\.dev\.yaml:\n/));
    }
    await read(
      "days: { type: integer }\non: { type: boolean }\nname: { type: string }",
      "days: '7'\non: 'true'\nname: 7",
    );
    await read("word: { type: string, secret: true }", "word: { secure: v1:abc }");
    await read("word: {}", "{}", "environment: [theirs]\n");
  });

  it("stays in force where a setting is written into the stack's file", async () => {
    const section = "snowflake: { value: { database: A, taskMinutes: 0x10 } }";
    for (const own of [
      "bucketName: b",
      "snowflake:\n  schema: C",
      "braintrust-snowflake:config:snowflake:\n  schema: C",
    ]) {
      const before = (await read(section, own)).values["braintrust-snowflake:snowflake"];
      await editStackFile("dev", [settingChange(["snowflake", "externalId"], "id-1")], dir);
      const { values } = await readStackFile("dev", dir);
      assert.deepEqual(values["braintrust-snowflake:snowflake"], { ...Object(before), externalId: "id-1" });
    }
  });

  it("names the file in which a wrong setting stands", async () => {
    const file = await read(
      "bucketName: Wrong\nsnowflake.schemaa: A\naws:region: nowhere",
      "exportPrefix: wrong\nsnowflake:\n  databasee: A",
    );
    assert.throws(
      () => settingsOf(file),
      refused(
        /^Invalid settings in Pulumi\.yaml:\n(?: {2}(?:aws:region|bucketName|snowflake\.schemaa) = .*\n){3}Invalid settings in Pulumi\.dev\.yaml:\n(?: {2}(?:exportPrefix|snowflake\.databasee) = .*\n?){2}$/,
      ),
    );
  });

  it("does not judge a value of Pulumi.yaml that the stack's file replaces", async () => {
    const file = await read("bucketName: 0x10", "bucketName: my-bucket");
    assert.equal(settingsOf(file).bucketName, "my-bucket");
  });
});
