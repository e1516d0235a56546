import assert from "node:assert/strict";
import * as os from "node:os";
import type { PreflightAws } from "../../../../automation/deploy/preflight/aws";
import type { CallerIdentity } from "../../../../automation/deploy/preflight/credentials";
import { type PreflightSubject, preflight } from "../../../../automation/deploy/preflight/preflight";
import type { StackFile } from "../../../../automation/project/stack-file";
import { parseSettings } from "../../../../components/settings/read-settings";
import { ENCRYPTED } from "../../../../components/settings/values";

/** Whom AWS tells by default. */
export const caller: CallerIdentity = {
  account: "123456789012",
  arn: "arn:aws:iam::123456789012:user/me",
  renewed: true,
};
/** AWS with nothing in the way. */
const quiet: PreflightAws = {
  identity: async () => caller,
  bucketStatus: async () => 404,
  notification: async () => ({}),
  policy: async () => undefined,
};
const complete = {
  "aws:region": "us-east-1",
  "braintrust-snowflake:braintrust": { accountId: "111122223333", orgId: "org-1" },
  "braintrust-snowflake:snowflake": {
    iamUserArn: "arn:aws:iam::444455556666:user/abc",
    externalId: "braintrust-test-0123456789",
  },
  "braintrust-snowflake:events": { mode: "queue" },
};
/** What the stack calls its bucket. */
export const OWN_BUCKET = "braintrust-exports-dev-123456789012-us-east-1";

/** A stack whose settings are filled in. */
export function subject(
  values: Readonly<Record<string, unknown>> = {},
  other: Partial<PreflightSubject> = {},
): PreflightSubject {
  const file: StackFile = {
    stack: "dev",
    values: { ...complete, ...values },
    secretKeys: Object.keys(values).filter((key) => values[key] === ENCRYPTED),
    encrypted: [],
    environments: [],
  };
  const { settings, problems } = parseSettings(file);
  assert.ok(settings, JSON.stringify(problems));
  return {
    file,
    settings,
    workDir: os.tmpdir(),
    backendUrl: undefined,
    environment: {},
    resources: async () => [],
    ...other,
  };
}

/** What the look finds of it where AWS answers so. */
export async function findings(of: PreflightSubject, aws: Partial<PreflightAws> = {}, deadlineMs?: number) {
  return preflight(of, async () => ({ ...quiet, ...aws }), deadlineMs);
}

/** The same of a single finding. */
export async function only(of: PreflightSubject, aws: Partial<PreflightAws> = {}, deadlineMs?: number) {
  const found = await findings(of, aws, deadlineMs);
  assert.equal(found.length, 1, JSON.stringify(found));
  return found[0] ?? assert.fail();
}

/** An error of AWS's. */
export function failure(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

/** An answer that is one. */
export const fails = (error: Error) => async () => {
  throw error;
};
