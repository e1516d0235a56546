import assert from "node:assert/strict";
import { belonging } from "../../../automation/import/belonging";
import type { Found, FoundBucket, FoundPolicy, FoundRole, FoundUser } from "../../../automation/import/found";
import { judge } from "../../../automation/import/judge/judge";
import type { Judgement, Target } from "../../../automation/import/judge/judgement";
import { chosenNames, lookedFor, type NameOptions } from "../../../automation/import/names";
import type { StackFile } from "../../../automation/project/stack-file";
import { parseSettings } from "../../../components/settings/read-settings";

/** A company's account, made by hand. */
export const ACCOUNT = "210987654321";

/** The stack of a company, with these settings alone. */
export function targetOf(values: Record<string, unknown> = {}, stack = "prod"): Target {
  const all = { "aws:region": "eu-central-1", ...values };
  const { settings, problems } = parseSettings({ stack, values: all });
  if (settings === undefined) assert.fail(JSON.stringify(problems));
  const file: StackFile = { stack, values: all, encrypted: [], environments: [] };
  return { file, settings };
}

/** A bucket as the S3 console creates one. */
export function bucket(parts: Partial<FoundBucket> = {}): FoundBucket {
  return {
    name: "northwind-llm-traces",
    region: "eu-central-1",
    tags: {},
    versioning: "Enabled",
    encryption: { SSEAlgorithm: "AES256" },
    key: undefined,
    blocksPublicAccess: true,
    hasOwnershipControls: true,
    aclGrantees: [],
    lifecycleRules: [],
    policy: undefined,
    notification: {},
    logging: undefined,
    folders: [],
    holdsObjects: false,
    ...parts,
  };
}

const identity = { path: "/", boundaryArn: undefined, tags: {}, attached: [], inline: [] };

export function role(name: string, trust: object, parts: Partial<FoundRole> = {}): FoundRole {
  return {
    ...identity,
    name,
    arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    trust: JSON.stringify(trust),
    ...parts,
  };
}

export function user(name: string, parts: Partial<FoundUser> = {}): FoundUser {
  return { ...identity, name, arn: `arn:aws:iam::${ACCOUNT}:user/${name}`, keyIds: [], ...parts };
}

export function policy(name: string, bucketName: string, parts: Partial<FoundPolicy> = {}): FoundPolicy {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucketName}/*` };
  return {
    name,
    arn: `arn:aws:iam::${ACCOUNT}:policy/${name}`,
    path: "/",
    tags: {},
    document: JSON.stringify({ Version: "2012-10-17", Statement: statement }),
    roles: [],
    ...parts,
  };
}

/** A trust policy of one statement. */
export function trusting(AWS: string | string[], externalId?: string | string[]): object {
  const Condition = externalId && { StringEquals: { "sts:ExternalId": externalId } };
  return {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { AWS },
      Action: "sts:AssumeRole",
      ...(Condition && { Condition }),
    },
  };
}

/** What a stack that manages nothing yet makes of it. */
export function judged(
  found: Omit<Found, "account">,
  target: Target = targetOf(),
  given: NameOptions = {},
): Judgement {
  const account = { partition: "aws", accountId: ACCOUNT, region: "eu-central-1" };
  const chosen = chosenNames(target.file, given);
  const ours = belonging({ account, ...found }, chosen);
  return judge({ ...ours, unmanaged: ours.found }, lookedFor(chosen), target);
}

/** The settings that would be written, by their paths. */
export function written({ settings }: Judgement): Record<string, unknown> {
  return Object.fromEntries(
    settings.map(({ path, value }) => [path.join(".").replace("braintrust-snowflake:", ""), value]),
  );
}

/** Imports as `name id`. */
export function imported({ imports }: Judgement): string[] {
  return imports.map(({ name, id }) => `${name} ${id}`);
}

/** The findings of a verdict, as `name: evidence`. */
export function said({ findings }: Judgement, verdict: string): string[] {
  return findings
    .filter((one) => one.verdict === verdict)
    .map(({ name, evidence }) => `${name}: ${evidence}`);
}
