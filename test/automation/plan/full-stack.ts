import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { type Plan, planStack } from "../../../automation/plan/plan";
import { fixtureProject } from "../../fixtures/project";

/** Settings that build everything there is, with one value encrypted. */
const everything = {
  "aws:region": "eu-west-1",
  "aws:allowedAccountIds": ["111122223333"],
  "braintrust-snowflake:encryption": "kms",
  "braintrust-snowflake:streams": [{ name: "logs" }, { name: "spans", format: "parquet" }],
  "braintrust-snowflake:braintrust": { accountId: "872608195596", orgId: "org-1" },
  "braintrust-snowflake:snowflake": {
    access: "user",
    snsSubscriberArn: "arn:aws:iam::444455556666:user/snow",
    accessKeys: [{ name: "first", status: "Inactive" }, { name: "second" }],
    errorNotifications: {
      enabled: true,
      iamUserArn: "arn:aws:iam::444455556666:user/errors",
      externalId: { secure: "AAABAG5vdCBhIHNlY3JldA==" },
    },
  },
  "braintrust-snowflake:events": { mode: "sns" },
  "braintrust-snowflake:crossAccountReaders": [{ arn: "arn:aws:iam::777788889999:role/analyst" }],
  "braintrust-snowflake:objectLock": { mode: "GOVERNANCE", days: 30 },
  "braintrust-snowflake:accessLogs": { enabled: true },
};

/** The plan of a stack of this project that has the settings given, and no other. */
export async function planOf(
  stack: string,
  config: Readonly<Record<string, unknown>> = everything,
): Promise<Plan> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), "plan-"));
  try {
    await fs.copyFile(path.join(fixtureProject, "Pulumi.yaml"), path.join(dir, "Pulumi.yaml"));
    await fs.writeFile(path.join(dir, `Pulumi.${stack}.yaml`), stringify({ config }));
    return await planStack(stack, dir);
  } finally {
    await fs.rm(dir, { recursive: true });
  }
}
