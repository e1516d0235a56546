import assert from "node:assert/strict";
import * as path from "node:path";
import truncatedWidth from "fast-string-truncated-width";
import { projectDir } from "../../../automation/project/stack-file";
import { ofThisTurn } from "../../turn";
import { needPseudoTerminal, PseudoTerminal } from "./pseudo-terminal";

const player = [
  process.execPath,
  "-r",
  "./bin/compile-cache.js",
  "-r",
  "ts-node/register",
  path.join(__dirname, "output-player.ts"),
];

/** Each scene starts a process that compiles what it loads: 0.4 s of the processor. */
const SHARES = 4;

/** On standard output. */
const results = [/^RESULT$/, /^{$/, /^ {2}"answer": 42$/, /^}$/, /^OTHER$/];

/** What is left when everything was written, each output on a line of its own and no progress. */
const left = [
  ...results.slice(0, 4),
  /^NOTE$/,
  ...results.slice(4),
  /^OTHER ERROR$/,
  /^\(node:\d+\) Warning: of Node$/,
  /^\(Use `node --trace-warnings/,
  /^PART, AND PART$/,
  /^│$/,
  /^◇ {2}Continue\?$/,
  /^│ {2}Yes$/,
  /^PROGRESS NOTE$/,
  /^\[3\/9 \d+s\] create failing: failed$/,
  /^warning: bucket: DIAGNOSTIC$/,
];

function assertScreen(terminal: PseudoTerminal, expected: readonly RegExp[]): void {
  const lines = terminal.lines();
  const shown = lines.join("\n");
  for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? "", pattern, shown);
  assert.equal(lines.length, expected.length, shown);
  assert.deepEqual(terminal.wrapped, []);
}

describe("on a terminal, what is written while progress is shown", () => {
  const scenes: [title: string, run: () => Promise<void>][] = [];
  const scene = (title: string, run: () => Promise<void>) => scenes.push([title, run]);
  const played = new Map<string, Promise<void>>();

  before(function () {
    needPseudoTerminal(this as unknown as Mocha.Context);
    // Each takes a second, nearly all of it waiting.
    for (const [title, run] of ofThisTurn(scenes, SHARES)) {
      const ended = run();
      ended.catch(() => undefined);
      played.set(title, ended);
    }
  });

  /** Plays all that a command may write, and answers its question. */
  async function play(
    command: readonly string[],
    columns: number,
    environment = {},
  ): Promise<PseudoTerminal> {
    const terminal = new PseudoTerminal(command, { columns, cwd: projectDir, environment });
    await terminal.shows((line) => line.includes("Continue?"));
    terminal.type("y");
    return terminal;
  }

  for (const columns of [80, 120]) {
    scene(`has lines of its own, at ${columns} columns`, async () => {
      const terminal = await play(player, columns);
      assert.equal(await terminal.ended(), 0);
      assertScreen(terminal, [...left, /^END$/]);
    });
  }

  scene("has lines of its own where another program shows standard output there, if later", async () => {
    const slowly = 'while IFS= read -r line; do sleep 0.05; printf "%s\\n" "$line"; done';
    const terminal = await play(["bash", "-c", `"$@" | ${slowly}`, "bash", ...player], 80);
    assert.equal(await terminal.ended(), 0);
    const lines = terminal.lines();
    const whole = (line: string) => [...left, /^END$/].some((pattern) => pattern.test(line));
    assert.deepEqual(
      lines.filter((line) => !whole(line)),
      [],
    );
    assert.equal(lines.length, left.length + 1, lines.join("\n"));
  });

  scene("has lines of its own where standard output is no terminal", async () => {
    const terminal = await play(["bash", "-c", '"$@" > /dev/null', "bash", ...player], 80);
    assert.equal(await terminal.ended(), 0);
    assertScreen(terminal, [...left.filter((pattern) => !results.includes(pattern)), /^END$/]);
  });

  for (const [from, to] of [
    [120, 80],
    [80, 120],
  ] as const) {
    scene(`keeps to its row where the terminal is resized from ${from} to ${to} columns`, async () => {
      const terminal = await play([...player, "resize"], from);
      const fills = (columns: number) => (line: string) =>
        / create \(\d+s\) last .*…$/.test(line) && [1, 2].includes(columns - truncatedWidth(line).width);
      await terminal.shows(fills(from));
      await terminal.resize(to);
      await terminal.shows(fills(to));
      assert.equal(await terminal.ended(), 0);
      assertScreen(terminal, [...left, /^END$/]);
    });
  }

  scene("shows Ctrl-C in the line's place", async () => {
    const terminal = await play([...player, "interrupt"], 80);
    await terminal.shows((line) => / create \(\d+s\) last /.test(line));
    terminal.type("\u0003");
    assert.equal(await terminal.ended(), 0);
    assertScreen(terminal, [...left, /^cancelling: waiting for operations in progress$/, /^END$/]);
  });

  scene("is plain on a terminal that cannot move its cursor", async () => {
    const terminal = await play(player, 80, { TERM: "dumb" });
    assert.equal(await terminal.ended(), 0);
    assert.ok(!terminal.lines().some((line) => /create (before|after|last)/.test(line)), "only ended steps");
  });

  for (const [title] of ofThisTurn(scenes, SHARES)) it(title, () => played.get(title));
});
