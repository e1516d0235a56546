import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { clientSettings } from "../../automation/aws/client-settings";
import { openStack } from "../../automation/engine/workspace";
import { PipelineError, UsageError } from "../../automation/errors";
import { pathError } from "../../automation/paths";
import { readAnswers } from "../../automation/snowflake/answers/answer-input";
import { withVariable } from "./commands/captured";
import { asNobody, onPosix } from "./path-faults";

/** Files that are read in addition to the project's own, by what names them. */
const readers: readonly (readonly [key: string, read: (file: string, dir: string) => Promise<unknown>])[] = [
  ["--file", (file) => readAnswers({ file, stdin: process.stdin, stderr: process.stderr })],
  [
    "AWS_CA_BUNDLE",
    (file) => withVariable("AWS_CA_BUNDLE", file, async () => clientSettings({ values: {} }, "s3")),
  ],
  [
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    (file, workDir) =>
      withVariable("PULUMI_CONFIG_PASSPHRASE", undefined, () =>
        openStack({ stack: "dev", workDir, environment: { PULUMI_CONFIG_PASSPHRASE_FILE: file } }),
      ),
  ],
];

/** What is wrong with a path, what is said of it, and how it is made. */
type Fault = readonly [title: string, rule: RegExp, make: (dir: string) => Promise<string>];

const faults: readonly Fault[] = [
  ["it is missing", /must exist/, async (dir) => path.join(dir, "missing")],
  ["it is a folder", /must be a file, not a folder/, async (dir) => dir],
  ...onPosix<Fault>(
    [
      "it lies in a file",
      /must not use a file as a folder/,
      async (dir) => path.join(dir, "Pulumi.yaml", "file"),
    ],
    [
      "it is a loop of links",
      /must not be a loop of symbolic links/,
      async (dir) => {
        const file = path.join(dir, "loop");
        await fs.symlink("loop", file);
        return file;
      },
    ],
    [
      "this user may not read",
      /must be accessible to this user/,
      async (dir) => {
        const file = path.join(dir, "file");
        await fs.writeFile(file, "", { mode: 0 });
        return file;
      },
    ],
    ["it has too long a name", /must be no longer than/, async (dir) => path.join(dir, "a".repeat(300))],
  ),
];

describe("a file that a command is to read", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "paths-"));
    await fs.chmod(dir, 0o755);
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
    await fs.writeFile(path.join(dir, "Pulumi.dev.yaml"), "config:\n  aws:region: us-east-1\n");
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  for (const [key, read] of readers) {
    for (const [title, rule, make] of faults) {
      it(`is refused where ${title}: ${key}`, async () => {
        const file = await make(dir);
        await assert.rejects(
          asNobody(() => read(file, dir)),
          (error: Error) => {
            const shown = `${key} = ${JSON.stringify(file)}: `;
            assert.ok(error instanceof UsageError, String(error));
            assert.ok(error.message.startsWith(shown), error.message);
            assert.match(error.message.slice(shown.length), new RegExp(`^${rule.source}.*; (give|name) `));
            return true;
          },
        );
      });
    }
  }

  for (const code of ["EMFILE", "EIO", "ENOSPC"]) {
    it(`is no mistake of the caller's where the machine fails: ${code}`, () => {
      const cause = Object.assign(new Error(`${code}: it fails`), { code });
      const error = pathError(cause, { key: "--file", value: "a", fix: "" });
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, new RegExp(`--file = "a" .*${code}`));
    });
  }
});
