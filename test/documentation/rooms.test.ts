import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { packageDir } from "../../components/package";

interface Rule {
  readonly name: string;
  readonly to: { readonly pathNot?: string | readonly string[] };
}
const { forbidden }: { readonly forbidden: readonly Rule[] } = require("../../.dependency-cruiser.cjs");
const page = fs.readFileSync(path.join(packageDir, "docs", "architecture.md"), "utf8");
const halves = ["components", "automation", "policy", "provider", "compile-cache"];

/** A place as the rules have it, of a page that leaves out the half that a table is of. */
function placeOf(name: string, half: string): string {
  return halves.some((other) => name === other || name.startsWith(`${other}/`)) ? name : `${half}/${name}`;
}

/** The files that the page says this word stands for. */
function filesCalled(word: string, half: string): string[] {
  const [, sentence = ""] = new RegExp(`The ${word} is ([^.]*(?:\\.ts[^.]*)+)\\.\\s`).exec(page) ?? [];
  const files = [...sentence.matchAll(/`(.+?)\.ts`/g)].map(([, file = ""]) => placeOf(file, half));
  assert.ok(files.length > 0, word);
  return files;
}

/** Rooms of the page's tables, each with what it may import. */
function roomsOfPage(): Map<string, string[]> {
  const words: Readonly<Record<string, string[]>> = {
    vocabulary: filesCalled("vocabulary", "components"),
    ground: filesCalled("ground", "automation"),
  };
  const tables = page.split(/^### /m);
  return new Map(
    tables.flatMap((table) => {
      const half = /^\w+/.exec(table)?.[0] ?? "";
      return [...table.matchAll(/^\| `([^`]+)\/` +\|[^|]+\| ([^|]+) \|$/gm)].map(
        ([, room = "", cell = ""]) => {
          const [imports = ""] = cell.trim().split(";");
          const places = imports.split(", ").flatMap((name) => words[name] ?? placeOf(name, half));
          return [placeOf(room, half), places.sort()] as const;
        },
      );
    }),
  );
}

describe("the page on architecture", () => {
  it("says of every room what .dependency-cruiser.cjs lets it import", () => {
    const enforced = forbidden.flatMap(({ name, to: { pathNot } }) =>
      Array.isArray(pathNot)
        ? [[name, pathNot.slice(1).map((place) => place.replace(/^\^|\/$/g, ""))] as const]
        : [],
    );
    assert.ok(enforced.length > 40);
    const onPage = roomsOfPage();
    for (const [room, places] of enforced) assert.deepEqual(onPage.get(room), places.sort(), room);
    assert.deepEqual([...onPage.keys()].sort(), enforced.map(([room]) => room).sort());
  });
});
