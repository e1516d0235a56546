import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { parse } from "csv-parse/sync";

const prowler = process.env.PROWLER ?? "prowler";
const services = ["s3", "iam", "sqs", "sns", "kms", "cloudtrail", "secretsmanager", "cloudwatch"];

/** What keeps prowler from running here; undefined where nothing does. */
export function prowlerLacking(): string | undefined {
  return spawnSync(prowler, ["--version"]).status === 0
    ? undefined
    : `${prowler} does not run; PROWLER names another`;
}

/** Without the ending that Pulumi gives a name; alarms by one name, since there are many. */
function plainName(check: string, name: string): string {
  return check.startsWith("cloudwatch_alarm_") ? "(alarms)" : name.replace(/-[\da-f]{7}$/, "");
}

/**
 * The checks that fail, as `check resource`, by the resource's name. Checks of the account as a whole are left out: they speak of what no stack has.
 */
export async function prowlerFindings(accountId: string, region: string): Promise<string[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "prowler-"));
  try {
    const options = ["-f", region, "--output-formats", "csv", "-o", folder, "--no-banner", "--no-color"];
    await promisify(execFile)(
      prowler,
      ["aws", "--service", ...services, ...options, "--ignore-exit-code-3"],
      {
        maxBuffer: 2 ** 26,
      },
    );
    const file = (await fs.readdir(folder)).find((name) => name.endsWith(".csv")) ?? assert.fail("no report");
    const rows: Record<string, string>[] = parse(await fs.readFile(path.join(folder, file)), {
      columns: true,
      delimiter: ";",
      relax_quotes: true,
    });
    assert.ok(
      rows.filter(({ STATUS }) => STATUS === "PASS").length > 40,
      "prowler has looked at the account",
    );
    return rows
      .filter(({ STATUS, RESOURCE_NAME }) => STATUS === "FAIL" && RESOURCE_NAME !== accountId)
      .filter(({ RESOURCE_UID = "" }) => !RESOURCE_UID.includes(":iam::aws:"))
      .map(({ CHECK_ID = "", RESOURCE_NAME = "" }) => `${CHECK_ID} ${plainName(CHECK_ID, RESOURCE_NAME)}`);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
