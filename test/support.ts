import * as pulumi from "@pulumi/pulumi";
import { isRpcSecret, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { type PlannedPlace, PlannedProvider } from "../automation/plan/planned-provider";
import { MockMonitor } from "../automation/plan/sdk-internals";
import type { Account } from "../components/account";
import { deployPipeline } from "../components/program";
import { partitionOf } from "../components/settings/partitions";
import type { Problem } from "../components/settings/problems";
import { parseSettings, type StackConfig } from "../components/settings/read-settings";
import { PROJECT, type Settings } from "../components/settings/settings";
import "../promise-traces";
import { traceOnlyMessages } from "../stack-traces";

export const ACCOUNT_ID = "123456789012";
export const REGION = "us-east-1";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** URN of the parent, empty for the stack itself. */
  readonly parent: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that hold a secret, wholly or in part. */
  readonly secretInputs: readonly string[];
  /** URNs that the engine makes first: `dependsOn`, and whatever the inputs come from. */
  readonly dependencies: readonly string[];
  readonly protect: boolean;
}

/** What a build registered. */
export class Deployment {
  public constructor(public readonly resources: readonly Registered[]) {}

  public of(type: string): Registered[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  public only(type: string): Registered {
    const found = this.of(type);
    const [first] = found;
    if (first === undefined || found.length !== 1) {
      throw new Error(`expected one ${type}, found ${found.length}`);
    }
    return first;
  }

  public named(name: string, type?: string): Registered {
    const found = this.resources.filter((r) => r.name === name && (type === undefined || r.type === type));
    const [first] = found;
    if (first === undefined || found.length !== 1) {
      throw new Error(`expected one "${name}", found ${found.length}`);
    }
    return first;
  }

  /** Whether the engine makes `first` before `then`: a child also waits for whatever its parents wait for. */
  public waits(then: Registered, first: Registered): boolean {
    const seen = new Set<string>();
    const open = [then.urn];
    for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
      if (urn === first.urn) return true;
      if (seen.has(urn)) continue;
      seen.add(urn);
      const resource = this.resources.find((candidate) => candidate.urn === urn);
      if (resource !== undefined) open.push(resource.parent, ...resource.dependencies);
    }
    return false;
  }

  /** Statements of the policy document in an input. */
  public statements(resource: Registered, input = "policy"): Statement[] {
    return JSON.parse(String(resource.inputs[input])).Statement;
  }
}

/** A statement of a policy document as AWS gets it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: string | Readonly<Record<string, string | string[]>>;
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

/** What a component test wants to know of the account. */
export function account(region: string = REGION): Account {
  return {
    accountId: pulumi.output(ACCOUNT_ID),
    region: pulumi.output(region),
    partition: pulumi.output(partitionOf(region)),
  };
}

/** The settings of a stack's file, which must be right. */
export function settingsFor(
  given: Readonly<Record<string, unknown>> = {},
  stack = "dev",
  region = REGION,
): Settings {
  const { settings, problems } = parseSettings({ stack, values: configOf(given, region) });
  if (settings === undefined) throw new Error(`bad settings: ${JSON.stringify(problems)}`);
  return settings;
}

/** What is wrong with the settings of a stack's file. */
export function problemsOf(
  given: Readonly<Record<string, unknown>>,
  { values = {}, ...rest }: Partial<StackConfig> = {},
): readonly Problem[] {
  return parseSettings({ stack: "dev", values: { ...configOf(given), ...values }, ...rest }).problems;
}

/** Runs `build` against a provider that plays AWS, and returns once every registration has settled. */
export async function deploy<T>(
  build: () => T,
  place: Partial<PlannedPlace> = {},
): Promise<{ deployed: Deployment; result: T }> {
  let result: { value: T } | undefined;
  const { deployed } = await run(
    { stack: "dev", accountId: ACCOUNT_ID, region: REGION, ...place },
    {},
    [],
    () => {
      result = { value: build() };
      return {};
    },
  );
  if (result === undefined) throw new Error("the build did not run");
  return { deployed, result: result.value };
}

/** The whole program for these settings, as the engine would run it. */
export interface Program {
  readonly deployed: Deployment;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Names of the outputs that the engine keeps secret. */
  readonly secretOutputs: readonly string[];
}

export interface ProgramPlace {
  readonly stack?: string;
  readonly region?: string;
  /** Settings that are encrypted in the stack's file. */
  readonly secretKeys?: readonly string[];
  /** Configuration of others, by whole key. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Runs the whole program with these settings. */
export async function deployProgram(
  given: Readonly<Record<string, unknown>> = {},
  { stack = "dev", region = REGION, secretKeys = [], values = {} }: ProgramPlace = {},
): Promise<Program> {
  const config = Object.entries({ ...configOf(given, region), ...values }).map(
    ([key, value]): [string, string] => [key, typeof value === "string" ? value : JSON.stringify(value)],
  );
  let returned: pulumi.Inputs = {};
  const { deployed, outputs } = await run(
    { stack, accountId: ACCOUNT_ID, region },
    Object.fromEntries(config),
    secretKeys.map((key) => `${PROJECT}:${key}`),
    () => {
      returned = deployPipeline();
      return returned;
    },
  );
  const secretOutputs: string[] = [];
  for (const [name, value] of Object.entries(returned)) {
    if (await pulumi.isSecret(pulumi.output(value))) secretOutputs.push(name);
  }
  return { deployed, outputs, secretOutputs };
}

const programs = new Map<string, Promise<Program>>();

/** As {@link deployProgram}, evaluated once in this process for all who only read it. */
export function sharedProgram(...given: Parameters<typeof deployProgram>): Promise<Program> {
  const key = JSON.stringify(given);
  const program = programs.get(key) ?? deployProgram(...given);
  programs.set(key, program);
  return program;
}

/** The text that an output of a deployment came to. */
export function resolved(value: pulumi.Input<string>): Promise<string> {
  return new Promise((resolve) => pulumi.output(value).apply(resolve));
}

function configOf(given: Readonly<Record<string, unknown>>, region = REGION): Record<string, unknown> {
  const own = Object.entries(given).map(([key, value]) => [`${PROJECT}:${key}`, value]);
  return { "aws:region": region, ...Object.fromEntries(own) };
}

async function run(
  place: PlannedPlace,
  config: Record<string, string>,
  secretKeys: string[],
  program: () => pulumi.Inputs,
): Promise<{ deployed: Deployment; outputs: Readonly<Record<string, unknown>> }> {
  const provider = new StrictProvider(place);
  const monitor = new RecordingMonitor(provider);
  await pulumi.runtime.setMocks(provider, PROJECT, place.stack);
  pulumi.runtime.setMockOptions(monitor, PROJECT, place.stack, false, "organization");
  pulumi.runtime.setAllConfig(config, secretKeys);
  let outputs: Readonly<Record<string, unknown>> | undefined;
  const traceAll = traceOnlyMessages();
  try {
    outputs = await pulumi.runtime.runInPulumiStack(async () => program());
  } finally {
    // Waits for what is still in progress: without it children are missed.
    await pulumi.runtime.disconnect();
    traceAll();
  }
  const [refused] = provider.refused;
  if (refused !== undefined) throw refused;
  return { deployed: new Deployment(monitor.registered), outputs: outputs ?? {} };
}

/** A lookup that nobody planned for fails the test: the SDK alone would leave out what depends on it. */
class StrictProvider extends PlannedProvider {
  public readonly refused: unknown[] = [];

  public override call(args: pulumi.runtime.MockCallArgs): pulumi.runtime.MockCallResult {
    try {
      return super.call(args);
    } catch (error) {
      this.refused.push(error);
      throw error;
    }
  }
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean | undefined;
  getDependenciesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

/** The SDK's mocked monitor, which also keeps of each request what tests ask about. */
class RecordingMonitor extends MockMonitor {
  public readonly registered: Registered[] = [];

  public override async registerResource(
    request: RegisterRequest,
    callback: (error: unknown, response: unknown) => void,
  ): Promise<void> {
    const inputs = Object.entries(request.getObject()?.toJavaScript() ?? {});
    await super.registerResource(request, (error: unknown, response?: { getUrn(): string }) => {
      if (response !== undefined) {
        this.registered.push({
          type: request.getType(),
          name: request.getName(),
          urn: response.getUrn(),
          parent: request.getParent(),
          inputs: Object.fromEntries(inputs.map(([key, value]) => [key, plain(value)])),
          secretInputs: inputs.filter(([, value]) => holdsSecret(value)).map(([key]) => key),
          dependencies: request.getDependenciesList(),
          protect: request.getProtect() ?? false,
        });
      }
      callback(error, response);
    });
  }
}

function plain(value: unknown): unknown {
  if (isRpcSecret(value)) return plain(unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function holdsSecret(value: unknown): boolean {
  if (isRpcSecret(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}
