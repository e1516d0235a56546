import { partitionOf } from "../../components/settings/partitions";
import { accountIdsOf } from "../../components/settings/provider-settings";
import { accountIdRule } from "../../components/settings/rules/text-rules";
import type { Settings } from "../../components/settings/settings";
import { ENCRYPTED } from "../../components/settings/values";
import { backendUrlOf } from "../engine/backend";
import { UsageError } from "../errors";
import { plannedOutputs } from "../outputs";
import { planStack } from "../plan/plan";
import { projectDir, readStackFile, type StackFile, settingsOf } from "../project/stack-file";
import { connectAws } from "../verify/clients";
import { DataPath, removalNeeds } from "../verify/data/data-path";
import { subjectOf } from "../verify/subject";
import { checksOf } from "../verify/verification";
import { checkGrants } from "./check-grants";
import { githubTrust, type TrustDocument } from "./github-trust";
import type { Grant, Place } from "./grant";
import { documentsOf, type PolicyDocument, statementsOf } from "./policies";
import { resourceGrants } from "./resource-grants";
import { existingBucketGrant } from "./s3-grants";
import { stateGrants } from "./state-grants";

/** What somebody does with a stack. */
export const purposes = ["deploy", "preview", "verify", "ci"] as const;
/** One of {@link purposes}. */
export type Purpose = (typeof purposes)[number];

/** Whose permissions, for what. */
export interface PermissionsOptions {
  readonly stack: string;
  readonly purpose: Purpose;
  /** Folder of the stacks' files. @default this project */
  readonly workDir?: string | undefined;
  /** Account of the stack. @default the one of aws:allowedAccountIds */
  readonly accountId?: string | undefined;
  /** `owner/name` on GitHub, for `ci`. */
  readonly repository?: string | undefined;
}

/** The IAM policies that a stack needs, and for CI the trust of the role that has them. */
export interface Permissions {
  readonly stack: string;
  readonly for: Purpose;
  readonly policies: readonly { readonly name: string; readonly document: PolicyDocument }[];
  readonly trust?: TrustDocument;
}

/**
 * Derives permissions from the offline plan, and for `verify` from what its checks need.
 *
 * @param plan evaluates the program.
 * @throws UsageError where the account, the region or the repository is unknown, or the settings cannot be used.
 */
export async function permissions(
  options: PermissionsOptions,
  plan: typeof planStack = planStack,
): Promise<Permissions> {
  const { stack, purpose, workDir } = options;
  const file = await readStackFile(stack, workDir);
  const settings = settingsOf(file);
  const accountId = accountOf(options, accountIdsOf(file.values["aws:allowedAccountIds"]));
  const { region } = settings;
  if (region === undefined || region === ENCRYPTED) {
    throw new UsageError(`stack "${stack}": its region is unknown; set aws:region, or AWS_REGION`);
  }
  const partition = partitionOf(region);
  const trust = purpose === "ci" ? githubTrust({ ...options, partition, accountId }) : undefined;
  const { resources, outputs } = await plan(stack, workDir, accountId);
  const { path: iamPath = "/", permissionsBoundaryArn, names } = settings.iam ?? {};
  const place: Place = {
    partition,
    accountId,
    region,
    iamPath,
    boundary: permissionsBoundaryArn !== undefined,
    trailRole: names?.trailRole,
  };
  const { existingBucket } = settings;
  const grants = [
    ...resources.flatMap((resource) => resourceGrants(resource, place)),
    ...(existingBucket === undefined ? [] : [existingBucketGrant(existingBucket, place)]),
  ];
  const needed = purpose === "verify" ? await checked(file, settings, outputs, grants) : grants;
  const backendUrl = await backendUrlOf(workDir ?? projectDir);
  const state = stateGrants({ ...file, backendUrl }, place);
  const name = `braintrust-${stack}-${purpose}`;
  const policies = [...policiesOf(name, needed, purpose), ...policiesOf(`${name}-state`, state, purpose)];
  return { stack, for: purpose, policies, trust };
}

function policiesOf(name: string, grants: readonly Grant[], purpose: Purpose): Permissions["policies"] {
  const granted = grants.map(({ read, write, ...grant }) => ({
    ...grant,
    actions: purpose === "deploy" || purpose === "ci" ? [...read, ...write] : read,
  }));
  const documents = documentsOf(statementsOf(granted));
  return documents.map((document, index) => ({
    name: documents.length === 1 ? name : `${name}-${index + 1}`,
    document,
  }));
}

function accountOf({ stack, accountId }: PermissionsOptions, allowed: readonly string[]): string {
  const [only, ...others] = accountId === undefined ? allowed : [accountId];
  if (only !== undefined && others.length === 0 && accountIdRule.holds(only)) return only;
  if (accountId !== undefined) {
    throw new UsageError(`--account ${accountId}: ${accountIdRule.rule}; ${accountIdRule.fix}`);
  }
  throw new UsageError(
    `stack "${stack}": its account is unknown; give --account, or set aws:allowedAccountIds`,
  );
}

/** What the checks of a verification need, which are listed without asking AWS anything. */
async function checked(
  file: StackFile,
  settings: Settings,
  planned: Readonly<Record<string, unknown>>,
  grants: readonly Grant[],
): Promise<Grant[]> {
  const outputs = plannedOutputs(planned);
  const logBucket = settings.accessLogs.enabled && settings.existingBucket === undefined ? "*" : undefined;
  const subject = subjectOf(file.stack, settings, outputs, logBucket);
  const aws = await connectAws(file, { signal: new AbortController().signal });
  const path = new DataPath(subject, aws, "", new Set());
  const checks = [...checksOf(subject, aws, path, Date.now), { needs: removalNeeds }];
  return checkGrants(
    checks,
    subject,
    grants.flatMap(({ resources }) => resources),
  );
}
