import { connect } from "node:net";
import { version as AWS_VERSION } from "@pulumi/aws/package.json";
import { version as AWSX_VERSION } from "@pulumi/awsx/package.json";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { engines } from "../../components/package";
import { BUILT_VERSION } from "../engine/cli/pulumi-cli";
import { messageOf } from "../errors";
import { environmentProxies } from "../proxies";
import type { Result } from "./finding";
import { pulumiAnswer } from "./pulumi-answer";

/** Whether this version of Node is one that package.json names. */
export function judgeNode(version: string): Result {
  const needed = Number(/\d+/.exec(engines.node)?.[0]);
  if (Number.parseInt(version, 10) >= needed) return { verdict: "ok", evidence: version };
  return {
    verdict: "warn",
    evidence: `${version} is older than ${needed}, the oldest version that is supported`,
    fix: `install Node ${needed} or later: https://nodejs.org/en/download`,
  };
}

/** The Pulumi CLI that is installed; the first command that needs one gets it by itself. */
export async function checkPulumi(engine: Promise<PulumiCommand>): Promise<Result> {
  try {
    const { version, command } = await engine;
    return { verdict: "ok", evidence: `${version} at ${command}` };
  } catch (error) {
    return {
      verdict: "warn",
      evidence: messageOf(error),
      fix:
        `install Pulumi ${BUILT_VERSION} or later (https://www.pulumi.com/docs/install/); ` +
        "without it, the first command downloads it, or builds it with Go in about six minutes",
    };
  }
}

const installedPlugins = z.array(z.object({ name: z.string(), version: z.string().nullish() }));

/** The provider plugins that this project's packages are made for; the engine downloads what is missing. */
export async function checkPlugins(
  engine: Promise<PulumiCommand>,
  { auditTrail, signal }: { readonly auditTrail: boolean; readonly signal: AbortSignal },
): Promise<Result> {
  const command = await engine.catch(() => undefined);
  if (command === undefined) {
    return {
      verdict: "skipped",
      evidence: "there is no Pulumi CLI to list them",
      fix: "install Pulumi first",
    };
  }
  const answer = await pulumiAnswer(command, ["plugin", "ls", "--json"], signal);
  const installed = installedPlugins.parse(JSON.parse(answer));
  const needed = [
    { name: "aws", version: AWS_VERSION },
    // It creates the trail alone.
    ...(auditTrail ? [{ name: "awsx", version: AWSX_VERSION }] : []),
  ];
  const missing = needed.filter(
    ({ name, version }) => !installed.some((plugin) => plugin.name === name && plugin.version === version),
  );
  const words = (plugins: typeof needed) =>
    plugins.map(({ name, version }) => `${name} ${version}`).join(", ");
  if (missing.length === 0) return { verdict: "ok", evidence: words(needed) };
  const commands = missing.map(({ name, version }) => `pulumi plugin install resource ${name} ${version}`);
  return {
    verdict: "warn",
    evidence: `not installed: ${words(missing)}`,
    fix: `${commands.join(" && ")}; otherwise the first preview downloads them`,
  };
}

/** Milliseconds for a proxy to take a connection. */
const PROXY_TIMEOUT_MS = 2000;

/** The environment's proxies, and whether each takes connections. */
export async function checkProxies(environment: NodeJS.ProcessEnv = process.env): Promise<Result> {
  const { http, https, none } = environmentProxies(environment);
  const proxies = [...new Set([http, https].filter((proxy) => proxy !== undefined))];
  if (proxies.length === 0) return { verdict: "ok", evidence: "none" };
  const judged = await Promise.all(proxies.map(judgeProxy));
  const broken = judged.find(({ verdict }) => verdict !== "ok");
  if (broken !== undefined) return broken;
  const evidence = judged.map((each) => each.evidence).join(", ");
  return { verdict: "ok", evidence: none === undefined ? evidence : `${evidence}, not for ${none}` };
}

async function judgeProxy(text: string): Promise<Result> {
  const given = text.includes("://") ? text : `http://${text}`;
  const fix = "correct HTTPS_PROXY and HTTP_PROXY, or name the host that needs none in NO_PROXY";
  if (!URL.canParse(given) || new URL(given).hostname === "") {
    // It may hold a password.
    return { verdict: "fail", evidence: "HTTPS_PROXY or HTTP_PROXY is not a URL", fix };
  }
  const { protocol, hostname, port, host } = new URL(given);
  const usual = protocol === "https:" ? 443 : protocol.startsWith("socks") ? 1080 : 80;
  const reason = await refusalOf(hostname.replace(/^\[|\]$/g, ""), port === "" ? usual : Number(port));
  const shown = `${protocol}//${host}`;
  if (reason === undefined) return { verdict: "ok", evidence: shown };
  return { verdict: "fail", evidence: `${shown} takes no connection: ${reason}`, fix };
}

function refusalOf(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROXY_TIMEOUT_MS });
    const end = (reason: string | undefined) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once("connect", () => end(undefined));
    socket.once("timeout", () => end(`no answer within ${PROXY_TIMEOUT_MS / 1000} s`));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
