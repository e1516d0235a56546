import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";
import { dbtSources } from "../../automation/snowflake/sql/dbt-sources";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { flatStatements, pathsOf, skeletonOf } from "../automation/snowflake/sql/snowflake-text";

const dbt = process.env.DBT ?? "dbt";

const time = z.object({ count: z.number(), period: z.string() });
const manifest = z.object({
  sources: z.record(
    z.string(),
    z.object({
      relation_name: z.string(),
      loaded_at_field: z.string(),
      freshness: z.object({ warn_after: time, error_after: time }).nullable(),
    }),
  ),
});

describe("sources.yml, read by dbt", function () {
  this.timeout(120_000);
  let project: string;

  before(function () {
    if (spawnSync(dbt, ["--version"]).status === 0) return;
    console.error(`skipped: ${dbt} does not run; DBT names another one`);
    this.skip();
  });
  beforeEach(async () => {
    project = await fs.mkdtemp(path.join(os.tmpdir(), "dbt-"));
    await fs.mkdir(path.join(project, "models"));
    const flags = "flags: {send_anonymous_usage_stats: false}";
    await write("dbt_project.yml", `name: ours\nversion: "1.0"\nprofile: ours\n${flags}\n`);
    const connection =
      "{type: snowflake, account: kx40210, user: us, password: irrelevant, database: d, schema: s}";
    await write("profiles.yml", `ours: {target: t, outputs: {t: ${connection}}}\n`);
  });
  afterEach(() => fs.rm(project, { recursive: true }));

  const write = (name: string, text: string) => fs.writeFile(path.join(project, name), text);

  async function parsed(sources: string) {
    await write("models/sources.yml", sources);
    const { status, stdout } = spawnSync(
      dbt,
      [
        "parse",
        "--project-dir",
        project,
        "--profiles-dir",
        project,
        "--no-use-colors",
        "--show-all-deprecations",
      ],
      { encoding: "utf8", cwd: project },
    );
    assert.equal(status, 0, stdout);
    assert.doesNotMatch(stdout, /deprecat|warning/i);
    const text = await fs.readFile(path.join(project, "target/manifest.json"), "utf8");
    return Object.values(manifest.parse(JSON.parse(text)).sources);
  }

  it("names the tables and views that the SQL creates, and when each is late", async () => {
    const outputs = {
      ...sampleOutputs({
        streams: 2,
        snowflake: { database: "Lake & Co", schema: "raw", currentLagMinutes: 60 },
      }),
      stack: "team.prod",
    };
    const sources = await parsed(dbtSources(outputs, 1.5));

    const created = flatStatements(snowflakeSql(outputs))
      .filter((tokens) => /^CREATE (TABLE|DYNAMIC TABLE|OR REPLACE VIEW)/.test(skeletonOf(tokens)))
      .map((tokens) =>
        pathsOf(tokens)[0]
          ?.map((name) => `"${name}"`)
          .join("."),
      );
    assert.equal(created.length, 8);
    assert.deepEqual(sources.map((source) => source.relation_name).sort(), created.sort());

    for (const { relation_name: name, loaded_at_field: field, freshness } of sources) {
      assert.equal(field, "LOADED_AT");
      const isTable = /LOGS_\d"$/.test(name);
      const late = { warn_after: { count: 90, period: "minute" }, error_after: { count: 3, period: "hour" } };
      assert.deepEqual(freshness, isTable ? late : null, name);
    }
  });
});
