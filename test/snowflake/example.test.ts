import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";
import { projectDir } from "../../automation/project/stack-file";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { flatStatements, pathsOf, skeletonOf, stringsOf } from "../automation/snowflake/sql/snowflake-text";

/** A folder into which the example's packages are installed. */
const packages = process.env.PULUMI_SNOWFLAKE ?? "";

const resources = z.array(
  z.object({ type: z.string(), name: z.string(), inputs: z.record(z.string(), z.unknown()) }),
);

describe("Snowflake's side as a Pulumi program", function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    const installed = path.join(packages, "node_modules");
    const found = await fs.stat(path.join(installed, "@pulumi/snowflake")).catch(() => undefined);
    if (found === undefined) {
      console.error("skipped: PULUMI_SNOWFLAKE names no folder with the packages of examples/snowflake");
      this.skip();
    }
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "example-"));
    await fs.cp(path.join(projectDir, "examples/snowflake"), folder, { recursive: true });
    await fs.symlink(installed, path.join(folder, "node_modules"));
  });
  after(() => (folder === undefined ? undefined : fs.rm(folder, { recursive: true })));

  it("compiles against the provider's types", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        path.join(projectDir, "node_modules/typescript/bin/tsc"),
        "-p",
        folder,
        "--noEmit",
        "false",
        "--outDir",
        path.join(folder, "out"),
      ],
      { encoding: "utf8", cwd: folder },
    );
    assert.equal(status, 0, stdout);
  });

  for (const mode of ["snowflake-queue", "sns"] as const) {
    it(`creates the objects of the SQL in mode ${mode}`, () => {
      const outputs = {
        ...sampleOutputs({
          mode,
          streams: 3,
          formats: ["jsonl", "parquet"],
          snowflake: { schema: '"raw ""data"""', integration: "Lake reader" },
        }),
        stack: "dev",
      };
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [path.join(__dirname, "run-example.js"), "out/index.js", JSON.stringify(outputs)],
        { encoding: "utf8", cwd: folder },
      );
      assert.equal(status, 0, stderr);
      const created = resources.parse(JSON.parse(stdout)).flatMap(ofProgram);
      const statements = flatStatements(snowflakeSql(outputs)).filter(
        (tokens) => !/^ALTER STORAGE INTEGRATION/.test(skeletonOf(tokens)),
      );
      const ours = statements.flatMap(ofSql);
      assert.equal(ours.length, 2 + 6 * 3);
      assert.deepEqual(created.sort(byName), ours.sort(byName));
    });
  }
});

describe("the README of Snowflake's side as a Pulumi program", () => {
  const readme = readFileSync(path.join(projectDir, "examples/snowflake/README.md"), "utf8");
  const snowflake = { currentLagMinutes: 30, monthlyCredits: 5 };
  const sql = ["sns", "none"].map((mode) =>
    snowflakeSql({
      ...sampleOutputs({ mode: mode as "sns" | "none", errors: true, snowflake }),
      stack: "dev",
    }),
  );

  it("names each kind of object that the SQL creates and the program does not", () => {
    const kinds = sql
      .flatMap(flatStatements)
      .flatMap(
        (tokens) =>
          /^CREATE (?:OR \w+ )?([A-Z ]+?) (?:IF NOT EXISTS |<name>)/.exec(skeletonOf(tokens))?.[1] ?? [],
      );
    const created = ["STORAGE INTEGRATION", "FILE FORMAT", "STAGE", "TABLE", "VIEW", "PIPE"];
    const others = [...new Set(kinds)].filter((kind) => !created.includes(kind));
    assert.ok(others.length >= 7, others.join());
    const [, leftOut = ""] = readme.split("It leaves out");
    for (const kind of others) assert.match(leftOut, new RegExp(`\\b${kind}\\b`));
  });

  it("names sections that the SQL has", () => {
    const sections = [...readme.matchAll(/`((?:admin|load): [^`]+)`/g)].map(([, title = ""]) => title);
    assert.equal(sections.length, 3);
    for (const title of sections) assert.ok(sql.join("\n").includes(`-- ${title}\n`), title);
  });
});

/** An object of Snowflake, whoever creates it. */
interface Created {
  readonly kind: string;
  readonly path: readonly string[];
  readonly comment: string;
  /** What makes it this one: columns, a folder, a statement, as words and texts. */
  readonly what: readonly string[];
}

const byName = (one: Created, other: Created) =>
  `${one.kind} ${one.path.join(".")}`.localeCompare(`${other.kind} ${other.path.join(".")}`);

const isComment = (value: string) => value.startsWith("Braintrust exports: ");

function ofSql(tokens: ReturnType<typeof flatStatements>[number]): Created[] {
  const words = skeletonOf(tokens);
  const kind =
    /^CREATE (FILE FORMAT|STAGE|TABLE|PIPE|STORAGE INTEGRATION) IF NOT EXISTS|^CREATE OR REPLACE (VIEW)/
      .exec(words)
      ?.slice(1)
      .find((word) => word !== undefined);
  const [own = []] = pathsOf(tokens);
  const externalId = externalIdOf(tokens).map((id) => ({
    kind: "EXTERNAL ID",
    path: own,
    comment: "",
    what: [id],
  }));
  if (kind === undefined) return externalId;
  const strings = stringsOf(tokens);
  const flat = tokens.map((token) => ("text" in token ? token.text : token.value));
  const said: Readonly<Record<string, () => string[]>> = {
    "FILE FORMAT": () => [words.slice(words.indexOf("TYPE ="), words.indexOf(" DEFAULT_DDL_COLLATION"))],
    STAGE: () => [strings[0] ?? "", ...(pathsOf(tokens)[1] ?? [])],
    TABLE: () => [words.slice(words.indexOf("("), words.indexOf(" DEFAULT_DDL_COLLATION"))],
    VIEW: () => [flat.slice(flat.indexOf("AS") + 1).join(" ")],
    PIPE: () => [
      ...strings.filter((text) => text.startsWith("arn:")),
      flat.slice(flat.indexOf("COPY")).join(" "),
    ],
    "STORAGE INTEGRATION": () =>
      strings.filter((text) => !isComment(text) && !externalIdOf(tokens).includes(text)),
  };
  return [
    ...externalId,
    { kind, path: own, comment: strings.find(isComment) ?? "", what: said[kind]?.() ?? [] },
  ];
}

/** The external id that an integration is given, in a statement of its own or not. */
function externalIdOf(tokens: Parameters<typeof ofSql>[0]): string[] {
  const at = tokens.findIndex((token) => "text" in token && token.text === "STORAGE_AWS_EXTERNAL_ID");
  const value = at < 0 ? undefined : tokens[at + 2];
  return value !== undefined && "value" in value ? [value.value] : [];
}

function ofProgram({ type, inputs }: z.infer<typeof resources>[number]): Created[] {
  const text = (key: string) => String(inputs[key]);
  const inSchema = { path: [text("database"), text("schema"), text("name")], comment: text("comment") };
  const read = (sql: string) => flatStatements(`${sql};`)[0] ?? [];
  switch (type) {
    case "snowflake:index/execute:Execute":
      return ofSql(read(text("execute")));
    case "snowflake:index/stage:Stage":
      assert.match(text("directory"), /ENABLE = TRUE/);
      return [{ kind: "STAGE", ...inSchema, what: [text("url"), text("storageIntegration")] }];
    case "snowflake:index/table:Table": {
      const columns = z.array(z.object({ name: z.string(), type: z.string() })).parse(inputs.columns);
      const sql = `(${columns.map(({ name, type: of }) => `${name} ${of}`).join(", ")})`;
      return [{ kind: "TABLE", ...inSchema, what: [skeletonOf(read(sql))] }];
    }
    case "snowflake:index/view:View": {
      const query = read(text("statement")).map((token) => ("text" in token ? token.text : token.value));
      return [{ kind: "VIEW", ...inSchema, what: [query.join(" ")] }];
    }
    case "snowflake:index/pipe:Pipe": {
      assert.equal(inputs.autoIngest, true);
      const topic = inputs.awsSnsTopicArn === undefined ? [] : [text("awsSnsTopicArn")];
      const copy = read(text("copyStatement")).map((token) => ("text" in token ? token.text : token.value));
      return [{ kind: "PIPE", ...inSchema, what: [...topic, copy.join(" ")] }];
    }
    case "snowflake:index/storageIntegration:StorageIntegration": {
      const locations = z.array(z.string()).parse(inputs.storageAllowedLocations);
      return [
        {
          kind: "STORAGE INTEGRATION",
          path: [text("name")],
          comment: text("comment"),
          what: [text("storageProvider"), text("storageAwsRoleArn"), ...locations],
        },
      ];
    }
    default:
      assert.match(type, /^pulumi:|GrantPrivilegesToAccountRole$/);
      return [];
  }
}
