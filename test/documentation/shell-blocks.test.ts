import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "../..");
const pages = ["README.md", ...fs.readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith(".md"))
  .map((name) => [name, fs.readFileSync(path.join(root, name), "utf8")] as const);

/** Commands of a page's blocks for the shell, and of its sentences. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.split("\n"));
  const inline = [...text.matchAll(/`(npm run [^`\n]+)`/g)].map(([, command = ""]) => command);
  return [...blocks.map((line) => line.replace(/(^|\s)#.*/, "")), ...inline];
}

describe("commands in the pages", () => {
  it("print nothing of npm's into what another program reads", () => {
    const redirected = pages.flatMap(([name, text]) =>
      commandsOf(text)
        .filter((command) => /\bnpm run\b.*[>|]/.test(command))
        .map((command) => [name, command] as const),
    );
    assert.ok(redirected.length > 0);
    // npm writes the script that it runs to standard output. docs.npmjs.com/cli/v10/using-npm/config#loglevel
    assert.deepEqual(
      redirected.filter(([, command]) => !/\bnpm run (--silent|-s) /.test(command)),
      [],
    );
  });
});
