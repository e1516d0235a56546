import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT } from "../../components/settings/settings";
import "../../promise-traces";
import { traceOnlyMessages } from "../../stack-traces";
import { PipelineError, UsageError } from "../errors";
import { type PlannedPlace, PlannedProvider, SECRET } from "./planned-provider";
import { MockMonitor } from "./sdk-internals";

/** A resource as the program registers it, before any AWS is asked. */
export interface PlannedResource {
  /** The URN that the engine will give it. */
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the parent; the stack's own where the program names none. */
  readonly parent: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Whether Pulumi refuses to delete it. */
  readonly protect: boolean;
}

/** What a program would make. */
export interface Evaluation {
  readonly resources: readonly PlannedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** As Pulumi calls it where the backend is a folder or a bucket. */
const ORGANIZATION = "organization";

/** Evaluates `program` without an engine. */
export async function evaluate(
  place: PlannedPlace,
  config: Readonly<Record<string, string>>,
  secretKeys: readonly string[],
  program: () => pulumi.Inputs,
): Promise<Evaluation> {
  const provider = new PlannedProvider(place);
  const monitor = new RecordingMonitor(provider, place.stack);
  await pulumi.runtime.setMocks(provider, PROJECT, place.stack);
  pulumi.runtime.setMockOptions(monitor, PROJECT, place.stack, false, ORGANIZATION);
  pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
  let returned: pulumi.Inputs = {};
  const traceAll = traceOnlyMessages();
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => failures.push(error);
  // What fails in an output is nobody's to await: Pulumi's own host receives it here as well (cmd/run/run.js).
  process.on("unhandledRejection", onFailure);
  let outputs: pulumi.Inputs | undefined;
  try {
    outputs = await pulumi.runtime.runInPulumiStack(async () => {
      returned = program();
      return returned;
    });
    await pulumi.runtime.disconnect();
  } catch (error) {
    failures.unshift(error);
  } finally {
    await setImmediate();
    process.off("unhandledRejection", onFailure);
    traceAll();
  }
  if (failures.length > 0) throw failureOf(failures[0]);
  if (provider.unanswered.length > 0) {
    throw new PipelineError(`the plan has no answer for ${provider.unanswered.join(", ")}: use \`preview\``);
  }
  const shown = Object.entries(outputs ?? {}).map(async ([name, value]): Promise<[string, unknown]> => {
    const secret = await pulumi.isSecret(pulumi.output(returned[name]));
    return [name, secret ? SECRET : value];
  });
  return { resources: monitor.planned(provider), outputs: Object.fromEntries(await Promise.all(shown)) };
}

/** What a program says to its users as such; everything else stays a mistake in the program. */
function failureOf(thrown: unknown): unknown {
  const isSaid = pulumi.RunError.isInstance(thrown) || pulumi.ResourceError.isInstance(thrown);
  return isSaid ? new UsageError(thrown.message) : thrown;
}

/** What of a registration the mocked monitor's own record leaves out. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
}

/** The SDK's mocked monitor, which also records each resource's parent and protection. */
class RecordingMonitor extends MockMonitor {
  private readonly requests = new Map<string, RegisterRequest>();

  public constructor(
    mocks: pulumi.runtime.Mocks,
    private readonly stack: string,
  ) {
    super(mocks);
  }

  public override async registerResource(
    request: RegisterRequest,
    callback: (error: unknown, response: unknown) => void,
  ): Promise<void> {
    this.requests.set(keyOf(request.getType(), request.getName()), request);
    await super.registerResource(request, callback);
  }

  public planned({ registered }: PlannedProvider): PlannedResource[] {
    const urns = new Map<string, string>();
    // A parent registers before its children, so its own URN is always known by then.
    return registered.flatMap(({ type, name, inputs }) => {
      const request = this.requests.get(keyOf(type, name));
      const mockParent = request?.getParent() ?? "";
      const [, , parentType = "", parentName = ""] = mockParent.split("::");
      const parent = urns.get(keyOf(lastType(parentType), parentName));
      const qualified = parent === undefined || isStack(parent) ? type : `${typeOf(parent)}$${type}`;
      const urn = [`urn:pulumi:${this.stack}`, PROJECT, qualified, name].join("::");
      urns.set(keyOf(type, name), urn);
      if (isStack(urn) || type.startsWith("pulumi:providers:")) return [];
      const protect = request?.getProtect() ?? false;
      return [{ urn, type, name, parent: parent ?? "", inputs: revealed(inputs), protect }];
    });
  }
}

/** The wire's mark of a secret, `deploy/engine/secret` of Pulumi's protocol. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Inputs without the marks around secrets: a plan has only placeholders where a secret will be. */
function revealed<Value>(value: Value): Value;
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value && "value" in value) return revealed(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

const keyOf = (type: string, name: string): string => `${type}::${name}`;
const lastType = (qualified: string): string => qualified.split("$").at(-1) ?? qualified;
const typeOf = (urn: string): string => urn.split("::")[2] ?? "";
const isStack = (urn: string): boolean => typeOf(urn) === "pulumi:pulumi:Stack";
