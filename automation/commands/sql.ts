import type { Command } from "@commander-js/extra-typings";
import { ENCRYPTED } from "../../components/settings/values";
import { Deployment } from "../deploy/deployment";
import { UsageError } from "../errors";
import { type AccessKey, accessKeyOf, type PipelineOutputs, parseOutputs } from "../outputs";
import { planStack } from "../plan/plan";
import { SECRET } from "../plan/planned-provider";
import { ensureExternalId } from "../project/external-id";
import { readStackFile, settingsOf } from "../project/stack-file";
import { ownName } from "../project/stack-name";
import { dbtSources } from "../snowflake/sql/dbt-sources";
import { namesOf } from "../snowflake/sql/names";
import { type SqlFile, type SqlPart, snowflakeSql, snowflakeSqlFiles, sqlParts } from "../snowflake/sql/sql";
import { note } from "../terminal/terminal";
import { choice, type OptionsOf, onStack } from "./options/definitions";
import { printOrWrite, refuseUnwritable, writeFolder } from "./options/private-files";

const options = (command: Command) =>
  onStack(command)
    .addOption(
      choice(
        "--part <part>",
        "which statements; setup is admin and objects (default: setup, load and check)",
        ["setup", "admin", "objects", "load", "check", "teardown"],
      ),
    )
    .addOption(
      choice(
        "--format <format>",
        "sql, or dbt: the sources.yml of a dbt project that reads the tables (default: sql)",
        ["sql", "dbt"],
      ),
    )
    .option("--output <file>", "write a file that only you can read; - for standard output (default)")
    .option(
      "--output-dir <folder>",
      "write files of at most 100 streams each into a new or empty folder, to be run in the order of their names",
    )
    .option(
      "--left-streams",
      "with --part teardown: list the objects of streams that were removed from the settings",
    )
    .option(
      "--probe-file <path>",
      "with --part check: path of an existing file below each stream's folder in S3, which it reads",
    )
    .option("--planned", "use the offline plan instead of a deployed stack")
    .option("--reveal-secrets", "with snowflake.access user: write the access key into the SQL");

type SqlCommandOptions = OptionsOf<typeof options>;

/** `sql` on the command line. */
export function defineSql(command: Command): void {
  options(command).action(sql);
}

/** `sql`: what sets Snowflake up for a stack, or what dbt reads there, to standard output or a file. */
export async function sql(options: SqlCommandOptions): Promise<void> {
  const { stack, cwd, planned, revealSecrets, probeFile, leftStreams, output, outputDir } = options;
  if (isDbt(options)) {
    const outputs = planned ? await outputsOfPlan(stack, cwd) : (await deployedOutputs(stack, cwd)).outputs;
    const { monitoring } = settingsOf(await readStackFile(stack, cwd));
    return printOrWrite(dbtSources(outputs, monitoring.exportEveryHours), output);
  }
  const part = partOf(options.part);
  refuseUnreadable(probeFile, part);
  if (leftStreams && part !== "teardown") {
    throw new UsageError("--left-streams lists what is to be removed: give it with --part teardown");
  }
  if (output !== undefined && outputDir !== undefined) {
    throw new UsageError("--output and --output-dir cannot be combined: pass one of them");
  }
  if (planned && revealSecrets) {
    throw new UsageError("--reveal-secrets and --planned: a stack that is not deployed has no access key");
  }
  // Before an external id is chosen, and written.
  await refuseUnwritable({ output, outputDir });
  const source = planned ? await plannedOutputs(stack, cwd, part) : await deployedOutputs(stack, cwd);
  const key = revealSecrets ? accessKeyFor(source.outputs, part) : undefined;
  const contents = { probeFile, revealSecrets: key, leftStreams };
  if (outputDir === undefined) await printOrWrite(snowflakeSql(source.outputs, part, contents), output);
  else await writeFolder(outputDir, fileNames(snowflakeSqlFiles(source.outputs, part, contents)));
  for (const line of sqlNotes(source, part, key !== undefined)) note(line);
}

/** Contents by name, which are in order as a shell sorts them. */
function fileNames(files: readonly SqlFile[]): Map<string, string> {
  const width = Math.max(2, String(files.length).length);
  return new Map(
    files.map(({ part, text }, index) => [`${String(index + 1).padStart(width, "0")}-${part}.sql`, text]),
  );
}

/** The outputs that SQL is made of. */
export interface SqlSource {
  readonly outputs: PipelineOutputs;
  readonly planned: boolean;
  /** Whether the settings keep the external id encrypted, which SQL has to have in plain. */
  readonly encryptedId: boolean;
}

/** What the person who runs the SQL has to know. */
export function sqlNotes(source: SqlSource, part: SqlPart | undefined, revealed: boolean): string[] {
  const { outputs, planned, encryptedId } = source;
  const byKey = outputs.snowflake.access === "user";
  const hasAdmin = part === undefined || part === "setup" || part === "admin";
  const hasObjects = part === undefined || part === "setup" || part === "objects";
  const notes: string[] = [];
  if (planned) notes.push("from the plan: account, ARNs and names may be others once the stack is deployed");
  if (revealed)
    notes.push("the SQL holds a secret access key: keep it out of version control, delete it after use");
  if (hasAdmin && encryptedId) notes.push("the SQL holds the external id that the settings keep encrypted");
  if (hasObjects && byKey && !revealed) {
    const { snowflakeAccessKeyId, snowflakeSecretArn } = outputs;
    notes.push(
      "the key is no part of the SQL, which has variables for `snow sql -D` in its place: " +
        `access_key_id is ${planned ? "known after `up`" : snowflakeAccessKeyId}, ` +
        `secret_access_key is in the secret ${planned ? "that `up` creates" : snowflakeSecretArn}`,
    );
  }
  const loads = part === undefined || part === "load";
  if (loads && !byKey && outputs.snowflakeIamUserArn === undefined) {
    notes.push(
      "AWS does not trust Snowflake yet: run --part setup, give its answers to `connect`, then --part load",
    );
  }
  return notes;
}

function isDbt({ format, ...others }: SqlCommandOptions): boolean {
  if (format === undefined || format === "sql") return false;
  if (format !== "dbt")
    throw new UsageError(`--format ${JSON.stringify(format)}: the formats are sql and dbt`);
  const { part, leftStreams, probeFile, revealSecrets, outputDir } = others;
  const given = {
    "--output-dir": outputDir,
    "--part": part,
    "--left-streams": leftStreams,
    "--probe-file": probeFile,
    "--reveal-secrets": revealSecrets,
  };
  const useless = Object.entries(given).find(([, value]) => value !== undefined);
  if (useless !== undefined) throw new UsageError(`${useless[0]} is for SQL: leave it out with --format dbt`);
  return true;
}

function refuseUnreadable(probeFile: string | undefined, part: SqlPart | undefined): void {
  if (probeFile === undefined) return;
  if (part !== undefined && part !== "check") {
    throw new UsageError(`--probe-file: the SQL of --part ${part} reads no file, that of check does`);
  }
  if (probeFile === "" || probeFile.startsWith("/") || probeFile.includes("://")) {
    throw new UsageError(
      `--probe-file ${JSON.stringify(probeFile)}: it has to be a path below each stream's folder, such as day.jsonl.gz`,
    );
  }
}

function partOf(text: string | undefined): SqlPart | undefined {
  const part = sqlParts.find((each) => each === text);
  if (part !== undefined || text === undefined) return part;
  throw new UsageError(`--part ${JSON.stringify(text)}: the parts are ${sqlParts.join(", ")}`);
}

async function deployedOutputs(stack: string, workDir: string | undefined): Promise<SqlSource> {
  const raw = await (await Deployment.open({ stack, workDir, onNote: note })).rawOutputs();
  return {
    outputs: parseOutputs(raw),
    planned: false,
    encryptedId: raw.snowflakeExternalId?.secret === true,
  };
}

/** Parts that do without the storage integration, and so without an external id. */
const withoutId: readonly (SqlPart | undefined)[] = ["objects", "load", "check"];

/** Writes the external id that `up` would write, if the SQL has it, so that it is right once the stack is deployed. */
async function plannedOutputs(
  stack: string,
  dir: string | undefined,
  part: SqlPart | undefined,
): Promise<SqlSource> {
  if (withoutId.includes(part))
    return { outputs: await outputsOfPlan(stack, dir), planned: true, encryptedId: false };
  // What no SQL can be made of is refused before an external id is written.
  namesOf(await outputsOfPlan(stack, dir));
  const made = await ensureExternalId(stack, dir);
  if (made !== undefined) note(`wrote snowflake.externalId, ${made}, into Pulumi.${ownName(stack)}.yaml`);
  const outputs = await outputsOfPlan(stack, dir);
  const { snowflakeExternalId: id } = outputs;
  if (id === SECRET || id === ENCRYPTED) {
    throw new UsageError(
      "--planned: snowflake.externalId is encrypted, and only the engine can read it; run `up`, then `sql` without --planned",
    );
  }
  return { outputs, planned: true, encryptedId: false };
}

async function outputsOfPlan(stack: string, dir: string | undefined): Promise<PipelineOutputs> {
  const planned = Object.entries((await planStack(stack, dir)).outputs);
  return parseOutputs(Object.fromEntries(planned.map(([name, value]) => [name, { value, secret: false }])));
}

function accessKeyFor(outputs: PipelineOutputs, part: SqlPart | undefined): AccessKey {
  const key = accessKeyOf(outputs);
  if (key === undefined) {
    throw new UsageError("--reveal-secrets: snowflake.access is role, so that Snowflake needs no key");
  }
  if (part !== undefined && part !== "setup" && part !== "objects") {
    throw new UsageError(
      `--reveal-secrets: the SQL of --part ${part} needs no key, that of setup and of objects does`,
    );
  }
  return key;
}
