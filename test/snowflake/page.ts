import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { projectDir } from "../../automation/project/stack-file";
import type { TestProject } from "../engine/harness";

/** docs/snowflake.md, whose commands and transcripts the tests run and compare. */
export const page = readFileSync(path.join(projectDir, "docs/snowflake.md"), "utf8");

/** Blocks of a section, in order, of one language. */
export function blocksOf(markdown: string, heading: string, language: "" | "sh"): string[] {
  const [, rest] = markdown.split(new RegExp(`^#+ ${heading.replace(/[?]/g, "\\$&")}\n`, "m"));
  assert.ok(rest !== undefined, heading);
  const [section = ""] = rest.split(/^#{2,} /m);
  const blocks = section.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].filter(([, of]) => of === language).map(([, , block = ""]) => block);
}

/** Commands of a transcript, each with the lines below it. */
export function transcriptOf(block: string): { readonly args: string[]; readonly lines: string[] }[] {
  return block
    .trimEnd()
    .split(/^\$ npm run --silent pipeline -- /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...lines] = part.trimEnd().split("\n");
      return { args: command.split(" "), lines: lines.map(timeless) };
    });
}

/** Lines of a command's two outputs, which a terminal shows in an order of its own, have to be those of the transcript. */
export function assertShown(
  lines: readonly string[],
  { stdout, stderr }: { stdout: string; stderr: string },
): void {
  const linesOf = (output: string) => output.trimEnd().split("\n").map(timeless);
  const printed = [linesOf(stdout), linesOf(stderr)];
  assert.deepEqual([...lines].sort(), printed.flat().sort());
  for (const output of printed) {
    let at = -1;
    // The engine previews and ends operations in any order.
    for (const line of output.filter((each) => !/^(\[| {2}[~+-])/.test(each))) {
      at = lines.indexOf(line, at + 1);
      assert.ok(at >= 0, line);
    }
  }
}

/** Times, the order of operations and the folder are another machine's. */
const timeless = (line: string) =>
  line
    .replace(/^\[\d+\/\d+ \d+s\]/, "[]")
    .replace(/ --cwd \S+/, "")
    .trimEnd();

/** Runs a block of the page by a shell in the project's folder, in which whoever is asked says yes. */
export async function runBlock(
  block: string,
  { dir, environment }: Pick<TestProject, "dir" | "environment">,
  more: Readonly<Record<string, string>>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const bin = path.join(dir, "bin");
  await fs.mkdir(bin, { recursive: true });
  // As npm runs package.json's script `pipeline`, with what it prints of that, on this project instead of the repository, and not on AWS, which is asked nothing here.
  const script = `#!/bin/bash
[ "$1" = run ] || exit 1
[ "$2" = --silent ] || printf '\\n> braintrust-snowflake-pipeline pipeline\\n\\n'
while [ "$1" != -- ]; do shift; done
command=$2; shift 2
[ "$command" != connect ] || set -- "$@" --yes --skip-preflight
exec '${process.execPath}' -r '${projectDir}/node_modules/ts-node/register' '${projectDir}/automation/cli.ts' "$command" --cwd '${dir}' "$@"
`;
  await fs.writeFile(path.join(bin, "npm"), script, { mode: 0o755 });
  const child = spawn("bash", ["-e", "-c", block], {
    cwd: dir,
    env: {
      ...process.env,
      ...environment,
      ...more,
      TS_NODE_PROJECT: path.join(projectDir, "tsconfig.json"),
      PATH: [bin, more.PATH ?? process.env.PATH].join(path.delimiter),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: Number(code), stdout, stderr };
}
