import * as fs from "node:fs/promises";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { version as AWS_VERSION } from "@pulumi/aws/package.json";
import { version as AWSX_VERSION } from "@pulumi/awsx/package.json";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { Context, Test } from "mocha";
import type { DeploymentOptions } from "../../automation";
import { clientSettings, pathStyle } from "../../automation/aws/client-settings";
import { findEngine, systemTools } from "../../automation/engine/cli/pulumi-cli";
import { engineErrors } from "../../automation/engine/engine-errors";
import { readStackFile, type StackFile } from "../../automation/project/stack-file";
import { type Emulator, EmulatorMissingError, startEmulator } from "../../automation/sandbox/emulator";
import { createSandboxProject, writeSandboxSettings } from "../../automation/sandbox/project";
import { enter } from "../../automation/sandbox/sandbox";

/** Settings that differ from the sandbox's own; `undefined` takes one of those away. */
export type Overrides = Readonly<Record<string, unknown>>;

/** Clients with the rights of the account's root. */
export interface Aws {
  readonly s3: S3;
  readonly iam: IAM;
  readonly sqs: SQS;
  readonly sns: SNS;
  readonly kms: KMS;
  readonly secrets: SecretsManager;
}

/** A stack in a project of its own. */
export class SandboxStack {
  public constructor(
    private readonly emulator: Emulator,
    private readonly name: string,
    private readonly dir: string,
    public readonly file: StackFile,
  ) {}

  /** Which stack it is. */
  public get target(): { stack: string; workDir: string } {
    return { stack: this.name, workDir: this.dir };
  }

  /** For the typed functions. */
  public get options(): DeploymentOptions {
    return { ...this.target, create: true };
  }

  /** Overwrites the stack's settings. */
  public configure(overrides: Overrides): Promise<void> {
    return writeSandboxSettings(this.dir, this.name, this.emulator, overrides);
  }

  public clients(): Aws {
    const settings = (service: string) => clientSettings(this.file, service);
    return {
      s3: new S3({ ...settings("s3"), forcePathStyle: pathStyle(this.file) }),
      iam: new IAM(settings("iam")),
      sqs: new SQS(settings("sqs")),
      sns: new SNS(settings("sns")),
      kms: new KMS(settings("kms")),
      secrets: new SecretsManager(settings("secretsmanager")),
    };
  }

  /** S3 with somebody else's key. */
  public s3As(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): S3 {
    return new S3({ ...clientSettings(this.file, "s3"), credentials, forcePathStyle: pathStyle(this.file) });
  }

  public remove(): Promise<void> {
    return fs.rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** An account that nobody else uses, and the stacks in it. */
export class Sandbox {
  private readonly stacks: SandboxStack[] = [];
  private emulator: Emulator | undefined;
  private leave = () => {};

  /** Returns what this machine lacks for it. */
  public async start(): Promise<string | undefined> {
    const lacking = await findLacking();
    if (lacking !== undefined) return lacking;
    try {
      this.emulator = await startEmulator();
    } catch (error) {
      if (!(error instanceof EmulatorMissingError)) throw error;
      console.error(error.message);
      return "no AWS emulator on this machine";
    }
    this.leave = enter(this.emulator);
    return undefined;
  }

  public async stack(name: string, overrides: Overrides = {}): Promise<SandboxStack> {
    if (this.emulator === undefined) throw new Error("the sandbox has not been started");
    const dir = await createSandboxProject(name, this.emulator, overrides);
    const stack = new SandboxStack(this.emulator, name, dir, await readStackFile(name, dir));
    this.stacks.push(stack);
    return stack;
  }

  public async stop(): Promise<void> {
    this.leave();
    await this.emulator?.stop();
    await Promise.all(this.stacks.map((stack) => stack.remove()));
  }
}

/**
 * A sandbox around the tests of a suite. They are skipped where the machine lacks something, and so are those that
 * follow a failed one, unless they are `independent`: each builds on those before it.
 */
export function useSandbox({ independent = false } = {}): Sandbox {
  const sandbox = new Sandbox();
  let failed = false;
  before(async function () {
    const lacking = await sandbox.start();
    if (lacking !== undefined) skipAll(this, lacking);
  });
  beforeEach(function () {
    if (failed && !independent) this.skip();
  });
  afterEach(function () {
    failed ||= this.currentTest?.state === "failed";
  });
  after(() => sandbox.stop());
  return sandbox;
}

/** Skips the suite of a `before`, and names the reason. */
export function skipAll(context: Context, lacking: string): never {
  context.test?.parent?.eachTest((test: Test) => {
    test.title += ` (${lacking})`;
  });
  return context.skip();
}

/** Makes a queue such as Snowflake's, which takes events of any bucket, and returns its URL. */
export async function createChannel({ sqs }: Aws, QueueName: string): Promise<string> {
  const mayBeSent = {
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: "*",
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [mayBeSent] });
  const { QueueUrl = "" } = await sqs.createQueue({ QueueName, Attributes: { Policy } });
  return QueueUrl;
}

/** Everything that a stack could leave behind in the account, sorted. A key that waits for its deletion is gone. */
export async function inventory({ s3, iam, sqs, sns, kms, secrets }: Aws): Promise<string[]> {
  const named = (kind: string, names: readonly (string | undefined)[] = []) =>
    names.map((name) => `${kind} ${name}`);
  const keys = (await kms.listKeys()).Keys ?? [];
  const described = await Promise.all(keys.map(({ KeyId }) => kms.describeKey({ KeyId })));
  const enabled = described.filter(({ KeyMetadata }) => KeyMetadata?.KeyState === "Enabled");
  return [
    ...named(
      "bucket",
      (await s3.listBuckets()).Buckets?.map(({ Name }) => Name),
    ),
    ...named(
      "role",
      (await iam.listRoles()).Roles?.map(({ RoleName }) => RoleName),
    ),
    ...named(
      "user",
      (await iam.listUsers()).Users?.map(({ UserName }) => UserName),
    ),
    ...named(
      "group",
      (await iam.listGroups()).Groups?.map(({ GroupName }) => GroupName),
    ),
    ...named(
      "policy",
      (await iam.listPolicies({ Scope: "Local" })).Policies?.map(({ Arn }) => Arn),
    ),
    ...named("queue", (await sqs.listQueues()).QueueUrls),
    ...named(
      "topic",
      (await sns.listTopics()).Topics?.map(({ TopicArn }) => TopicArn),
    ),
    ...named(
      "subscription",
      (await sns.listSubscriptions()).Subscriptions?.map(({ Endpoint }) => Endpoint),
    ),
    ...named(
      "secret",
      (await secrets.listSecrets({ IncludePlannedDeletion: true })).SecretList?.map(({ Name }) => Name),
    ),
    ...named(
      "key",
      enabled.map(({ KeyMetadata }) => KeyMetadata?.Arn),
    ),
    ...named(
      "alias",
      (await kms.listAliases()).Aliases?.map(({ AliasName }) => AliasName),
    ),
  ].sort();
}

/** The engine is not installed from here; the provider is, as the engine itself would at its first use. */
async function findLacking(): Promise<string | undefined> {
  const notHere = async () => {
    throw new Error("tests install no engine");
  };
  const pulumiCommand = await findEngine({
    tools: { ...systemTools, download: notHere, build: notHere },
  }).catch((error: Error) => console.error(error.message));
  if (!pulumiCommand) return "no Pulumi CLI on this machine";
  const workspace = await LocalWorkspace.create({ pulumiCommand });
  for (const [plugin, version] of [
    ["aws", AWS_VERSION],
    ["awsx", AWSX_VERSION],
  ] as const) {
    try {
      await workspace.installPlugin(plugin, `v${version}`);
    } catch (error) {
      console.error(engineErrors(String(error)));
      return `no provider plugin ${plugin} ${version} on this machine`;
    }
  }
  return undefined;
}
