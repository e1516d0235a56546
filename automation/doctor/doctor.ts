import * as path from "node:path";
import { checkedBase } from "../braintrust/request";
import { findEngine } from "../engine/cli/pulumi-cli";
import { projectDir, readStackFile, type StackFile, settingsOf } from "../project/stack-file";
import { askCaller, checkCredentials, checkRegion } from "./aws";
import { checkBraintrust } from "./braintrust";
import { type DoctorCheck, type DoctorFinding, examine } from "./finding";
import { checkPlugins, checkProxies, checkPulumi, judgeNode } from "./machine";
import { checkSnowflake } from "./snowflake";
import { checkSecrets, checkState } from "./state";

/** What to look at. */
export interface DoctorOptions {
  /** Its settings say region, credentials, secrets provider and organization. @default what is the same for every stack */
  readonly stack?: string | undefined;
  /** Folder of Pulumi.yaml and the stacks' files. @default this project */
  readonly workDir?: string | undefined;
  /** Of Braintrust's EU instance, or of a data plane of one's own. @default "https://api.braintrust.dev" */
  readonly apiUrl?: string | undefined;
  /** Connection of the Snowflake CLI. @default the CLI's default */
  readonly connection?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was found. */
export interface DoctorReport {
  readonly stack?: string;
  readonly checks: readonly DoctorFinding[];
  readonly summary: Readonly<Record<DoctorFinding["verdict"], number>>;
}

/** Milliseconds for AWS, Braintrust and the backend to answer. */
const DEADLINE_MS = 15_000;
/** The Snowflake CLI and the Pulumi CLI take a second or two to start, and longer on a busy machine. */
const CLI_DEADLINE_MS = 60_000;

/**
 * Looks at what the first deployment needs: this machine, AWS, the state, Braintrust and Snowflake. Changes nothing.
 *
 * @throws UsageError where the stack has no settings, or its settings or the URL are invalid.
 */
export async function doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  const { stack, apiUrl, connection, signal = new AbortController().signal } = options;
  const workDir = path.resolve(options.workDir ?? projectDir);
  if (apiUrl !== undefined) checkedBase(apiUrl);
  const file = stack === undefined ? withoutStack() : await readStackFile(stack, workDir);
  const settings = stack === undefined ? undefined : settingsOf(file);
  const deadline = AbortSignal.any([AbortSignal.timeout(DEADLINE_MS), signal]);
  const started = AbortSignal.any([AbortSignal.timeout(CLI_DEADLINE_MS), signal]);
  const engine = findEngine({ install: false, signal });
  const caller = askCaller(file, deadline);
  // Each is awaited by several checks, or by none.
  for (const shared of [engine, caller]) shared.catch(() => {});
  const again = "run doctor again with --debug";
  const checks: DoctorCheck[] = [
    { id: "node", name: "Node", fix: again, run: async () => judgeNode(process.versions.node) },
    { id: "pulumi", name: "Pulumi CLI", fix: again, run: () => checkPulumi(engine) },
    {
      id: "plugins",
      name: "Pulumi plugins",
      fix: again,
      run: () => checkPlugins(engine, { auditTrail: settings?.auditTrail.enabled ?? true, signal: started }),
    },
    { id: "proxies", name: "proxies", fix: again, run: () => checkProxies() },
    { id: "region", name: "AWS region", fix: again, run: () => checkRegion(file, caller) },
    {
      id: "credentials",
      name: "AWS credentials",
      fix: "correct the credentials and the network until `aws sts get-caller-identity` answers",
      run: () => checkCredentials(file, caller),
    },
    { id: "secrets", name: "secrets", fix: again, run: () => checkSecrets(file, workDir) },
    {
      id: "state",
      name: "state backend",
      fix: "correct PULUMI_BACKEND_URL, or backend.url in Pulumi.yaml",
      run: () => checkState(workDir, engine, deadline),
    },
    {
      id: "braintrust",
      name: "Braintrust",
      fix: "check BRAINTRUST_API_KEY, --api-url, and the network and proxy on the way there",
      run: () =>
        checkBraintrust({ environment: process.env, apiUrl, orgId: settings?.braintrust.orgId, deadline }),
    },
    {
      id: "snowflake",
      name: "Snowflake CLI",
      fix: "correct the connection until `snow connection test` succeeds",
      run: () => checkSnowflake({ connection, signal, timeoutMs: CLI_DEADLINE_MS }),
    },
  ];
  const found = await Promise.all(checks.map(examine));
  signal.throwIfAborted();
  return { ...(stack === undefined ? {} : { stack }), checks: found, summary: summarize(found) };
}

/** What every stack has in common: the environment alone. */
function withoutStack(): StackFile {
  return {
    stack: "",
    values: {},
    secretKeys: [],
    environmentRegion: process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION,
    encrypted: [],
    unquoted: {},
    environments: [],
  };
}

function summarize(found: readonly DoctorFinding[]): DoctorReport["summary"] {
  const count = (verdict: DoctorFinding["verdict"]) =>
    found.filter((each) => each.verdict === verdict).length;
  return { ok: count("ok"), warn: count("warn"), fail: count("fail"), skipped: count("skipped") };
}
