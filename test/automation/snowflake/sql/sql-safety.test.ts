import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../../../../automation/errors";
import type { PipelineOutputs } from "../../../../automation/outputs";
import { snowflakeSql, sqlParts } from "../../../../automation/snowflake/sql/sql";
import { anyText } from "../../../any-text";
import { drawnOf } from "../../../turn";
import { accesses, formats, modes, sampleOutputs } from "./sample-outputs";
import { flatStatements, pathsOf, readStatements, skeletonOf, stringsOf, type Token } from "./snowflake-text";

/** Characters that mean something to some reader of the text. */
const hostile = "'\"\\;$-/*&<%>{}#!@.,() \n\r\t\u2028aZ1_é\u{1F600}";
/** Those of them that a name may have. */
const tame = "'\";$-/*<>}#!@.,() aZ1_é\u{1F600}";

const textOf = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 });

/** Eleven names a script may have, no two alike. */
const tameNames = fc
  .array(fc.oneof(textOf(tame), fc.constantFrom("logs", "My_Logs$", "A$$B")), {
    minLength: 11,
    maxLength: 11,
  })
  .map((texts) => texts.map((text, index) => `a${text}_${index}`));

const credits = { monthlyCredits: 9 };

/** Outputs with the same shape as the sample's, with other text wherever settings reach. */
function outputsWith(
  names: fc.Arbitrary<string[]>,
  text: fc.Arbitrary<string>,
): fc.Arbitrary<PipelineOutputs> {
  return fc
    .record({
      mode: fc.constantFrom(...modes),
      access: fc.constantFrom(...accesses),
      errors: fc.boolean(),
      names,
      texts: fc.array(text, { minLength: 10, maxLength: 10 }),
    })
    .map(({ mode, access, errors, names, texts }) => {
      const base = sampleOutputs({ mode, access, errors, streams: 2, formats, snowflake: credits });
      const [database, schema, warehouse, role, readerRole, integration, errorIntegration] = names;
      const changed = (value: string | undefined, index: number) =>
        value === undefined ? {} : { value: value + (texts[index] ?? "") };
      const named = { database, schema, warehouse, role, readerRole, integration };
      return {
        ...base,
        ...optional("snowflakeRoleArn", changed(base.snowflakeRoleArn, 0)),
        ...optional("snowflakeExternalId", changed(base.snowflakeExternalId, 1)),
        ...optional("notificationTopicArn", changed(base.notificationTopicArn, 2)),
        ...optional("errorTopicArn", changed(base.errorTopicArn, 3)),
        ...optional("errorRoleArn", changed(base.errorRoleArn, 4)),
        snowflake: {
          ...base.snowflake,
          ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
          ...(errors && errorIntegration !== undefined ? { errorIntegration } : {}),
        },
        streams: base.streams.map((stream, index) => ({
          ...stream,
          name: `${stream.name}${texts[5 + index] ?? ""}`,
          url: `s3://exports/${texts[7 + index] ?? ""}/`,
          table: names[7 + index] ?? stream.table,
          pipe: names[9 + index] ?? stream.pipe,
        })),
      };
    });
}

function optional(name: string, { value }: { value?: string }): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

/** The text's shape, and the shape the sample's plain names give for the same mode, access and streams. */
function shapes(outputs: PipelineOutputs): [string[], string[]] {
  const { eventsMode: mode, snowflake } = outputs;
  const errors = snowflake.errorIntegration !== undefined;
  const plain = sampleOutputs({
    mode,
    access: snowflake.access,
    errors,
    streams: 2,
    formats,
    snowflake: credits,
  });
  const shape = (of: PipelineOutputs) =>
    [undefined, "teardown" as const].flatMap((part) =>
      readStatements(snowflakeSql(of, part, { probeFile: "p" })).map(skeletonOf),
    );
  return [shape(outputs), shape(plain)];
}

describe("SQL for Snowflake, whatever the settings hold", () => {
  it("keeps its statements, or names the setting it refuses", () => {
    const hostileName = fc.oneof(textOf(hostile), anyText());
    const names = fc
      .tuple(tameNames, fc.nat(10), hostileName)
      .map(([tameOnes, index, name]) => tameOnes.map((tameOne, at) => (at === index ? name : tameOne)));
    const seen = { written: 0, refused: 0 };
    fc.assert(
      fc.property(outputsWith(names, textOf(hostile)), (outputs) => {
        try {
          const [actual, expected] = shapes(outputs);
          assert.deepEqual(actual, expected);
          seen.written += 1;
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
          seen.refused += 1;
        }
      }),
      { numRuns: drawnOf(100, 2) },
    );
    assert.ok(seen.written > 5 && seen.refused > 5, JSON.stringify(seen));
  });

  it("keeps its statements and carries every name and folder through", () => {
    fc.assert(
      fc.property(outputsWith(tameNames, textOf(hostile)), (outputs) => {
        const [actual, expected] = shapes(outputs);
        assert.deepEqual(actual, expected);
        const statements = readStatements(snowflakeSql(outputs));
        const paths = new Set(statements.flatMap(pathsOf).map((path) => JSON.stringify(path)));
        const strings = new Set(statements.flatMap(stringsOf));
        const { database, schema, warehouse, role, readerRole } = outputs.snowflake;
        for (const single of [warehouse, role, readerRole])
          assert.ok(paths.has(JSON.stringify([stored(single)])), single);
        const loads = outputs.eventsMode === "snowflake-queue" || outputs.eventsMode === "sns";
        for (const { table, pipe, url, name: stream } of outputs.streams) {
          const objects = [
            stored(table),
            `${stored(table)}_STAGE`,
            `${stored(table)}_LATEST`,
            ...(loads ? [stored(pipe)] : []),
          ];
          for (const object of objects) {
            assert.ok(paths.has(JSON.stringify([stored(database), stored(schema), object])), object);
          }
          assert.ok(strings.has(url), url);
          assert.ok(strings.has(stream), stream);
        }
      }),
      { numRuns: drawnOf(100, 4) },
    );
  });
});

/** The name Snowflake stores, for settings without double quotes around them. */
function stored(setting: string): string {
  return /^[A-Za-z_][\w$]*$/.test(setting) ? setting.toUpperCase() : setting;
}

describe("SQL for Snowflake", () => {
  const samples = modes.flatMap((mode) =>
    accesses.flatMap((access) =>
      [undefined, 60].map((currentLagMinutes) =>
        sampleOutputs({
          mode,
          access,
          errors: currentLagMinutes !== undefined,
          streams: 3,
          formats,
          snowflake: { currentLagMinutes, monthlyCredits: currentLagMinutes },
        }),
      ),
    ),
  );

  it("names no object before it is made", () => {
    for (const outputs of samples) assert.deepEqual(unmadeNames(flatStatements(snowflakeSql(outputs))), []);
  });

  it("would be found out if it did", () => {
    const statements = flatStatements(snowflakeSql(sampleOutputs()));
    const warehouse = statements.findIndex((tokens) => skeletonOf(tokens).startsWith("CREATE WAREHOUSE"));
    assert.ok(warehouse > 0);
    assert.notDeepEqual(
      unmadeNames([...statements.slice(warehouse + 1), ...statements.slice(0, warehouse + 1)]),
      [],
    );
  });

  it("drops no object while another that is still there hangs on it", () => {
    for (const outputs of samples) {
      const users = usersOf(flatStatements(snowflakeSql(outputs)));
      const dropped = new Set<string>();
      const teardown = snowflakeSql(outputs, "teardown");
      const listed = readStatements(teardown).flatMap(listedIn);
      assert.ok(listed.length >= 15);
      const drops = flatStatements(teardown).filter((tokens) => skeletonOf(tokens).startsWith("DROP"));
      for (const paths of [...listed, ...drops.map(pathsOf)]) {
        for (const path of paths.map((each) => each.join("."))) {
          assert.deepEqual(
            [...(users.get(path) ?? [])].filter((user) => !dropped.has(user)),
            [],
            path,
          );
          dropped.add(path);
        }
      }
    }
  });

  it("may run twice: replaces nothing that holds state", () => {
    for (const outputs of samples) {
      for (const statement of flatStatements(snowflakeSql(outputs)).map(skeletonOf)) {
        if (!statement.startsWith("CREATE")) continue;
        assert.match(
          statement,
          /^CREATE (?:OR REPLACE VIEW <name> \. <name> \. <name> COPY GRANTS|OR ALTER TASK|[A-Z ]+ IF NOT EXISTS <name>)/,
        );
      }
      const drops = flatStatements(snowflakeSql(outputs, "teardown"))
        .map(skeletonOf)
        .filter((statement) => statement.startsWith("DROP"));
      for (const statement of drops) assert.match(statement, /^DROP [A-Z ]+ IF EXISTS <name>/);
    }
  });

  it("changes nothing in check", () => {
    for (const outputs of samples) {
      for (const statement of readStatements(snowflakeSql(outputs, "check")).map(skeletonOf)) {
        assert.match(statement, /^(?:USE|SELECT|LIST|ALTER SESSION) /);
      }
    }
  });

  it("does each thing as the role Snowflake has for it", () => {
    const duties: readonly [RegExp, string][] = [
      [/^CREATE (?:WAREHOUSE|DATABASE|SCHEMA)/, "SYSADMIN"],
      [/^CREATE ROLE/, "SECURITYADMIN"],
      [/^GRANT (?!USAGE ON INTEGRATION|EXECUTE|SELECT|MONITOR)/, "SECURITYADMIN"],
      [
        /INTEGRATION IF NOT EXISTS|^ALTER \w+ INTEGRATION|^GRANT USAGE ON INTEGRATION|^GRANT EXECUTE|^DESC INTEGRATION/,
        "ACCOUNTADMIN",
      ],
      [
        /^(?:CREATE|ALTER) (?:OR \w+ )?(?:FILE|STAGE|TABLE|DYNAMIC|VIEW|PIPE|TASK)|^EXECUTE|^GRANT (?:SELECT|MONITOR)/,
        "LOADER",
      ],
    ];
    for (const outputs of samples) {
      let role = "";
      for (const tokens of flatStatements(snowflakeSql(outputs))) {
        const statement = skeletonOf(tokens);
        if (statement.startsWith("USE ROLE")) role = nameOf(tokens[2]);
        const duty = duties.find(([pattern]) => pattern.test(statement));
        if (duty !== undefined) assert.equal(role, duty[1], statement);
      }
    }
  });

  it("says the same twice", () => {
    for (const outputs of samples) {
      for (const part of [undefined, ...sqlParts])
        assert.equal(snowflakeSql(outputs, part), snowflakeSql(outputs, part));
    }
  });
});

function nameOf(token: Token | undefined): string {
  if (token === undefined) return "";
  return "text" in token ? token.text : token.value;
}

/** Names a script uses before a statement of its own has made them, and paths whose database or schema it has not made. */
function unmadeNames(statements: readonly Token[][]): string[] {
  const made = new Set<string>(["ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN", "SYSADMIN"]);
  const unmade: string[] = [];
  for (const tokens of statements) {
    const paths = pathsOf(tokens);
    const words = skeletonOf(tokens);
    // These look whether there is one.
    if (/^(DESC|SHOW|LET FOUND RESULTSET|SELECT COUNT \( \* \) INTO)/.test(words)) continue;
    const ownName = words.startsWith("CREATE") || / IF EXISTS <name>/.test(words) ? paths.slice(0, 1) : [];
    const used = paths
      .slice(ownName.length)
      .flatMap((path) => path.map((_, index) => path.slice(0, index + 1).join(".")));
    const parents = ownName.flatMap((path) =>
      path.slice(1).map((_, index) => path.slice(0, index + 1).join(".")),
    );
    unmade.push(...[...used, ...parents].filter((name) => !made.has(name)));
    if (words.startsWith("CREATE")) for (const path of ownName) made.add(path.join("."));
  }
  return unmade;
}

/** Paths of the objects that a block lists, to be dropped in this order where they are the stack's. */
function listedIn(tokens: readonly Token[]): string[][][] {
  const block = tokens.at(-1);
  if (block === undefined || "text" in block) return [];
  const named = [...block.value.matchAll(/^ *\(\d+, '[A-Z ]+', '"((?:[^"'])*)"'/gm)];
  const [, database = "", schema = ""] = /SHOW TASKS IN SCHEMA "([^"]*)"\."([^"]*)"/.exec(block.value) ?? [];
  return named.map(([, name = ""]) => [[database, schema, name]]);
}

/** By object, the objects whose making names it. */
function usersOf(statements: readonly Token[][]): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  for (const tokens of statements) {
    const [own, ...used] = pathsOf(tokens).map((path) => path.join("."));
    if (own === undefined || !skeletonOf(tokens).startsWith("CREATE")) continue;
    for (const name of used) users.set(name, (users.get(name) ?? new Set()).add(own));
  }
  return users;
}
