import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import {
  type PermissionsOptions,
  type Purpose,
  permissions,
} from "../../../automation/permissions/permissions";
import { planStack } from "../../../automation/plan/plan";

const accountId = "111122223333";
const PROJECT = "braintrust-snowflake";

/** How the provider is set. */
export const tagged = { "aws:region": "eu-west-1", "aws:defaultTags": { tags: { project: "acme" } } };

/** Plans by settings: what they grant for one purpose and for another comes of one evaluation. */
const plans = new Map<string, ReturnType<typeof planStack>>();

/** What a stack of these settings is granted. */
export async function granted(
  settings: Readonly<Record<string, unknown>>,
  options: Partial<PermissionsOptions> = {},
  provider: Readonly<Record<string, unknown>> = tagged,
  state: { readonly backend?: { url: string }; readonly secretsprovider?: string } = {},
) {
  const { backend, secretsprovider } = state;
  const workDir = await fs.mkdtemp(path.join(os.tmpdir(), "permissions-"));
  try {
    const own = Object.entries(settings).map(([key, value]) => [`${PROJECT}:${key}`, value]);
    await fs.writeFile(
      path.join(workDir, "Pulumi.yaml"),
      stringify({ name: PROJECT, runtime: "nodejs", backend }),
    );
    const config = { ...provider, ...Object.fromEntries(own) };
    await fs.writeFile(path.join(workDir, "Pulumi.qa.yaml"), stringify({ secretsprovider, config }));
    return await permissions(
      { stack: "qa", purpose: "deploy", accountId, workDir, ...options },
      (stack, dir, account) => {
        const key = JSON.stringify([config, account]);
        const plan = plans.get(key) ?? planStack(stack, dir, account);
        plans.set(key, plan);
        return plan;
      },
    );
  } finally {
    await fs.rm(workDir, { recursive: true, force: true });
  }
}

/** All that it is granted, whatever policy has it. */
export async function statements(settings: Readonly<Record<string, unknown>>, purpose: Purpose = "deploy") {
  const { policies } = await granted(settings, { purpose, repository: "acme/pipelines" });
  return policies.flatMap(({ document }) => document.Statement);
}
