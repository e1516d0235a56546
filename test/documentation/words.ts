import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../automation/project/stack-file";
import { refusedPhrases } from "./refused-phrases";

/** A refused phrase where it stands. */
export interface Finding {
  readonly line: number;
  readonly found: string;
  readonly better: string;
}

/** Between two words: spaces, and where a comment continues in the next line. */
const GAP = String.raw`[\s*/]+`;

/** The refused phrases in a text, also where they run over the end of a line. */
export function findPhrases(text: string, phrases = refusedPhrases): Finding[] {
  return Object.entries(phrases).flatMap(([phrase, better]) =>
    [...text.matchAll(new RegExp(`\\b(?:${phrase.replaceAll(" ", GAP)})\\b`, "gi"))].map(
      ({ 0: found, index }) => ({
        line: text.slice(0, index).split("\n").length,
        found: found.replace(new RegExp(GAP, "g"), " "),
        better,
      }),
    ),
  );
}

const LIST = "test/documentation/refused-phrases.ts";

/** What people read: source with its comments, strings and titles, pages, stack files and workflows. */
function files(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: projectDir,
    encoding: "utf8",
  });
  return listed
    .split("\0")
    .filter((file) => /\.(ts|md|ya?ml)$/.test(file) && !file.startsWith("test/past/") && file !== LIST)
    .filter((file) => fs.existsSync(path.join(projectDir, file)));
}

if (require.main === module) {
  for (const file of files()) {
    for (const { line, found, better } of findPhrases(fs.readFileSync(path.join(projectDir, file), "utf8"))) {
      console.error(`${file}:${line}: "${found}": say ${better}`);
      process.exitCode = 1;
    }
  }
}
