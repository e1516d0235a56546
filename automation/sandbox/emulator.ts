import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { get } from "node:https";
import { createServer } from "node:net";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { packageDir } from "../../components/package";
import type { AwsCredentialIdentity } from "../aws/credentials";
import { type Supervised, supervise } from "../engine/cli/supervised-process";
import { PipelineError, UsageError } from "../errors";
import { pathError } from "../paths";
import { writeServerCertificate } from "./certificate";
import {
  type Command,
  lastLines,
  MINISTACK_VERSION,
  serverEnvironment,
  UnusableError,
  waysToRun,
} from "./ministack";

/** Who is informed of a start, and may end it. */
export interface EmulatorOptions {
  /** Receives each step, one line each, fit for stderr. */
  readonly onProgress?: (line: string) => void;
  /** Ends a start that is in progress. One that is done ends by `stop`. */
  readonly signal?: AbortSignal;
  /**
   * `https://host:port` of a ministack that runs already with `AUTH=true`, its certificate in the file `AWS_CA_BUNDLE` names.
   * @default one is started
   */
  readonly endpoint?: string;
}

/** What clients need to know of an emulator. */
export interface EmulatorAccess {
  /** `https://host:port`, for every service alike. */
  readonly endpoint: string;
  /** PEM file to trust. Clients in this very process must be given its content: Node reads NODE_EXTRA_CA_CERTS when it starts. */
  readonly caFile: string;
  readonly accountId: string;
  readonly region: string;
  /** Root's, which no policy binds. */
  readonly credentials: AwsCredentialIdentity;
  /** For child processes: SDKs, the AWS CLI, the Pulumi engine and its provider. Hides the caller's own AWS set-up from them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stack settings that Pulumi's AWS provider needs beside `environment`; without that they let it into no other account. */
  readonly pulumiConfig: Readonly<Record<string, string>>;
}

/** A running emulator. */
export interface Emulator extends EmulatorAccess {
  /** Whether it was there before, and keeps running after `stop`. */
  readonly goesOn: boolean;
  /** Ends it and removes its files; leaves one that was there before alone. May be called twice. */
  stop(): Promise<void>;
}

/** There is no way to run an emulator on this machine. The message says what each way lacks. */
export class EmulatorMissingError extends PipelineError {
  public override readonly name = "EmulatorMissingError";
}

const ACCOUNT_ID = "000000000000";
const REGION = "us-east-1";
/** Name below the endpoint's that S3 Control puts an account's requests to (its endpoint rules, in every SDK). */
const ACCOUNT_HOST = `${ACCOUNT_ID}.localhost`;
const PORT_TRIES = 3;
const START_TIMEOUT_MS = 60_000;
const HEALTH_TIMEOUT_MS = 5_000;

/** Health page of ministack, as far as it matters here. */
const healthPage = z.object({ version: z.string(), auth: z.enum(["enabled", "disabled"]) });
type Health = z.infer<typeof healthPage>;

/**
 * Starts an AWS emulator on a free port of the loopback, with policies enforced, TLS and a record of calls. It ends with this
 * process, however that ends.
 *
 * @throws EmulatorMissingError; PipelineError when it is not ready within a minute, or `endpoint` is no such emulator;
 * UsageError when `endpoint` or its certificate cannot be used.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { endpoint, signal, onProgress = () => {} } = options;
  if (endpoint !== undefined) return attach(endpoint, process.env.AWS_CA_BUNDLE, signal);
  const reasons: string[] = [];
  for (const way of waysToRun(process.env)) {
    try {
      onProgress(`looking for the AWS emulator ministack ${MINISTACK_VERSION}: ${way.name}`);
      const emulator = await launch(await way.prepare(signal), signal);
      onProgress(`the emulator is ready at ${emulator.endpoint}`);
      await lookup(ACCOUNT_HOST).catch(() =>
        onProgress(
          `${ACCOUNT_HOST} has no address here; if creating a bucket fails because of this, add "127.0.0.1 ${ACCOUNT_HOST}" to /etc/hosts`,
        ),
      );
      return emulator;
    } catch (error) {
      if (!(error instanceof UnusableError)) throw error;
      reasons.push(`  ${way.name}: ${error.message}`);
    }
  }
  throw new EmulatorMissingError(
    `the sandbox needs the AWS emulator ministack ${MINISTACK_VERSION}, and no way to run it works here:\n${reasons.join("\n")}\n` +
      "install uv, pipx or Python 3 with venv, name a command that runs it in MINISTACK, or give --endpoint one that runs already",
  );
}

/**
 * How to reach the emulator at `endpoint`, a URL without a path.
 *
 * The provider takes `AWS_ENDPOINT_URL` for every service; named one by one in `aws:endpoints` they cost its start 1.6 s.
 * `AWS_CA_BUNDLE` is enough for the provider. `SSL_CERT_FILE` would take the system's roots from the engine, and Go does not read
 * it on macOS (pkg.go.dev/crypto/x509#SystemCertPool).
 */
export function emulatorAccess(endpoint: string, caFile: string): EmulatorAccess {
  return {
    endpoint,
    caFile,
    accountId: ACCOUNT_ID,
    region: REGION,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_SESSION_TOKEN: "",
      AWS_PROFILE: "default",
      AWS_CONFIG_FILE: join(packageDir, "automation", "sandbox", "aws.ini"),
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_CA_BUNDLE: caFile,
      NODE_EXTRA_CA_CERTS: caFile,
    },
    pulumiConfig: {
      "aws:region": REGION,
      "aws:allowedAccountIds": JSON.stringify([ACCOUNT_ID]),
      "aws:s3UsePathStyle": "true",
    },
  };
}

async function attach(
  url: string,
  caFile: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Emulator> {
  if (!URL.canParse(url) || new URL(url).protocol !== "https:") {
    throw new UsageError(
      `--endpoint ${url}: must be an https URL, as the bucket's policy refuses plain HTTP; start ministack with AUTH=true USE_SSL=1`,
    );
  }
  if (!caFile) {
    throw new UsageError(
      `--endpoint ${url}: AWS_CA_BUNDLE must name the PEM file of the emulator's certificate`,
    );
  }
  const ca = await readFile(caFile).catch((error: unknown) => {
    const fix = "name the PEM file of the emulator's certificate";
    throw pathError(error, { key: "AWS_CA_BUNDLE", value: caFile, fix });
  });
  const { origin } = new URL(url);
  const { auth } = await readHealth(origin, ca, signal).catch((error: Error) => {
    signal?.throwIfAborted();
    throw new PipelineError(
      `--endpoint ${url}: no ministack answers there with a certificate that ${caFile} (AWS_CA_BUNDLE) vouches for: ${error.message}`,
      { cause: error },
    );
  });
  if (auth !== "enabled") {
    throw new PipelineError(`--endpoint ${url}: enforces no policies; start it with AUTH=true`);
  }
  return { ...emulatorAccess(origin, caFile), goesOn: true, stop: async () => {} };
}

async function launch(command: Command, signal: AbortSignal | undefined): Promise<Emulator> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await launchAt(await freePort(), command, signal);
    } catch (error) {
      // Another process may take the port between its choice and its use.
      const taken = error instanceof PipelineError && /address already in use/i.test(error.message);
      if (!taken || tries === PORT_TRIES) throw error;
    }
  }
}

async function launchAt(port: number, command: Command, signal: AbortSignal | undefined): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), "braintrust-snowflake-emulator-"));
  let server: Supervised | undefined;
  const stop = async () => {
    await server?.end();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const certificate = await writeServerCertificate(folder, ["localhost", ACCOUNT_HOST]);
    const environment = serverEnvironment(process.env, { port, region: REGION, folder, ...certificate });
    const log = join(folder, "emulator.log");
    server = await supervise(command, environment, folder, log);
    const access = emulatorAccess(`https://localhost:${port}`, certificate.certFile);
    const { version } = await whenReady(server, access, log, signal);
    if (version !== MINISTACK_VERSION) throw new UnusableError(`is version ${version}`);
    return { ...access, goesOn: false, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The certificate is this emulator's own, so that no other server on the port is mistaken for it. */
async function whenReady(
  server: Supervised,
  { endpoint, caFile }: EmulatorAccess,
  log: string,
  signal: AbortSignal | undefined,
): Promise<Health> {
  const ca = await readFile(caFile);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!server.hasExited() && Date.now() < deadline) {
    signal?.throwIfAborted();
    try {
      return await readHealth(endpoint, ca, signal);
    } catch {
      await sleep(100);
    }
  }
  const what = server.hasExited()
    ? "ended before it was ready"
    : `was not ready after ${START_TIMEOUT_MS / 1000} s`;
  const output = lastLines(await readFile(log, "utf8"), 15);
  throw new PipelineError(`the emulator ${what}; its last output:\n${output || "(none)"}`);
}

async function readHealth(endpoint: string, ca: Buffer, signal: AbortSignal | undefined): Promise<Health> {
  const timeout = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
  const request = get(`${endpoint}/_ministack/health`, {
    ca,
    agent: false,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const [response] = await once(request, "response");
  return healthPage.parse(await json(response));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new PipelineError("no free port on 127.0.0.1");
  return address.port;
}
