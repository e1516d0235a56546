import assert from "node:assert/strict";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { parseOutputs } from "../../automation/outputs";
import { FakeSnowflake } from "../automation/snowflake/handshake/fake-snow/account";
import { setupAnswers } from "../snowflake-answers";
import { filledIn, PASSPHRASE, TestProject } from "./harness";

const API_KEY = "canary-braintrust-api-key";
const SERVICE_TOKEN = "bt-st-canary-service-token";
const AWS_KEY = "canary-aws-secret-access-key";
const ERRORS_ID = "canary-external-id-of-errors";

/** What is run, in this order. `{echo}` is a server that answers with what it was asked. */
const runs: readonly (readonly [command: string, ...args: string[]])[] = [
  ["init"],
  ["plan"],
  ["plan", "--json"],
  ["cost"],
  ["cost", "--json"],
  ["preview"],
  ["up", "--yes"],
  ["refresh", "--yes"],
  ["outputs"],
  ["outputs", "--json"],
  ["sql"],
  ["sql", "--part", "teardown"],
  ["sql", "--planned"],
  ["connect", "--file", "{answers}", "--yes"],
  ["connect", "--file", "{contradiction}", "--yes"],
  ["connect", "--run", "--connection", "admin", "--yes"],
  ["doctor", "--api-url", "{echo}"],
  ["doctor", "--api-url", "{echo}", "--json"],
  ["launch", "--project", "p", "--api-url", "{echo}", "--dry-run"],
  ["launch", "--project", "p", "--api-url", "{echo}", "--connection", "admin", "--yes", "--json"],
  ["braintrust"],
  ["braintrust", "--project", "p", "--api-url", "{echo}"],
  ["braintrust", "--project", "p", "--api-url", "{echo}", "--apply", "--yes"],
  ["reconcile"],
  ["reconcile", "--run", "--connection", "admin", "--json"],
  ["reconcile", "--file", "{answers}"],
  ["report", "--output", "{page}"],
  ["report", "--live", "--connection", "admin", "--api-url", "{echo}", "--output", "{livePage}"],
  ["verify"],
  ["verify", "--json"],
  ["permissions", "--for", "deploy"],
  ["permissions", "--for", "verify", "--json"],
  ["status"],
  ["status", "--json"],
  ["import", "--yes"],
  ["recover"],
  ["recover", "--json"],
  ["recover", "--restore", "latest", "--yes"],
  ["rotate-keys", "--yes"],
  ["destroy", "--yes"],
];
/** `sandbox` makes its own stack, keys and state, which end with it; `completion` is about no stack. */
const ELSEWHERE = ["help", "sandbox", "completion"];

describe("secrets, through every command", () => {
  let project: TestProject;
  let snowflake: FakeSnowflake;
  let echo: http.Server;
  let canaries: readonly string[];
  /** What each run said, by its words. */
  const said = new Map<string, string>();

  before(async () => {
    echo = http.createServer(answerWithTheQuestion).listen(0, "127.0.0.1");
    await once(echo, "listening");
    const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
    snowflake = await FakeSnowflake.create({
      connections: ["admin"],
      failure: { pattern: "AWS_SECRET_KEY", message: "syntax error near {statement}" },
    });
    project = await TestProject.create("dev", {
      ...filledIn,
      snowflake: { access: "user", errorNotifications: { enabled: true } },
    });
    const environment = {
      ...snowflake.environment,
      // Adds stack traces, causes and the engine's log to all that is said.
      DEBUG: "braintrust-snowflake",
      BRAINTRUST_API_KEY: API_KEY,
      BRAINTRUST_SERVICE_TOKEN: SERVICE_TOKEN,
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: "AKIATEST",
      AWS_SECRET_ACCESS_KEY: AWS_KEY,
    };
    const run = async (args: readonly string[]) => {
      const { stdout, stderr } = await project.run(args, environment);
      said.set(args.join(" "), stdout + stderr);
    };
    await run(["up", "--create", "--yes"]);
    canaries = [API_KEY, SERVICE_TOKEN, AWS_KEY, ERRORS_ID, PASSPHRASE, accessKeyOf(project)];
    const id = "braintrust-snowflake:snowflake.errorNotifications.externalId";
    await project.pulumi("config", "set", "--secret", "--path", id, ERRORS_ID, "--stack", "dev");
    const pages = { "{page}": path.join(project.dir, "page.html"), "{livePage}": livePage(project) };
    const words = { "{echo}": url, ...pages, ...(await writeAnswers(project)) };
    for (const line of runs) {
      await run(line.map((word) => words[word as keyof typeof words] ?? word));
    }
  });
  after(async () => {
    echo.closeAllConnections();
    echo.close();
    await project.remove();
    await snowflake.remove();
  });

  it("leave no command out", async () => {
    const { stdout } = await project.run(["--help"]);
    const listed = [...stdout.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name]) => name ?? "");
    assert.ok(listed.includes("rotate-keys"), stdout);
    const shown = new Set([...runs.map(([command]) => command), ...ELSEWHERE]);
    assert.deepEqual(
      listed.filter((name) => !shown.has(name)),
      [],
    );
  });

  it("are in nothing that is said", () => {
    assert.deepEqual(
      [...said].flatMap(([words, text]) => found(text).map((canary) => `${words}: ${canary}`)),
      [],
    );
  });

  it("are in no file of the project, neither settings nor state nor its history", async () => {
    assert.deepEqual(
      [...(await project.texts())].flatMap(([file, text]) =>
        found(text).map((canary) => `${file}: ${canary}`),
      ),
      [],
    );
  });

  it("were at work meanwhile: the runs went as far as each can", async () => {
    const saying = (words: string, pattern: RegExp) =>
      assert.match([...said].find(([line]) => line.startsWith(words))?.[1] ?? "", pattern);
    assert.ok((await snowflake.calls()).some(({ sql }) => found(sql).length > 0));
    saying("braintrust --project p", /400/);
    saying("connect --run", /syntax error near .*\[secret\]/s);
    saying("verify --json", /"verdict"/);
    saying("doctor", /FAIL +Braintrust.*400/s);
    saying("launch", /not ready:.*Braintrust/s);
    saying("up --yes", /phase/);
    saying("up --yes", /^engine .*: same aws:secretsmanager\/secretVersion:SecretVersion .* ends$/m);
    saying("braintrust --project p", /^ {4}at /m);
    assert.match(await fs.readFile(livePage(project), "utf8"), /<h2 id="live-title">.*passed.*\d+ skipped/s);
    saying("destroy", /delete/);
  });

  const found = (text: string) => canaries.filter((canary) => text.includes(canary));
});

/** A server's worst manners: everything it received comes back in its error. It says who is calling, so that callers continue. */
function answerWithTheQuestion(request: http.IncomingMessage, response: http.ServerResponse): void {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    if (body.includes("Action=GetCallerIdentity")) {
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(CALLER);
      return;
    }
    const told = `${JSON.stringify(request.rawHeaders)} ${request.url} ${body}`;
    const isBraintrust = request.url?.startsWith("/v1");
    response.writeHead(400, { "content-type": isBraintrust ? "application/json" : "text/xml" });
    response.end(isBraintrust ? JSON.stringify({ message: told }) : awsError(told));
  });
}

const CALLER = `<GetCallerIdentityResponse><GetCallerIdentityResult>
  <Arn>arn:aws:iam::111122223333:user/admin</Arn><UserId>AIDATEST</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

function awsError(message: string): string {
  const text = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<ErrorResponse><Error><Code>ValidationError</Code><Message>${text}</Message></Error></ErrorResponse>`;
}

/** Snowflake's answers in files: right ones, and ones that say the secret where something else belongs. */
async function writeAnswers(project: TestProject): Promise<Record<"{answers}" | "{contradiction}", string>> {
  const { stdout } = await project.run(["outputs", "--json"]);
  const values = Object.entries(JSON.parse(stdout)).map(([name, value]) => [name, { value, secret: false }]);
  const right = setupAnswers(parseOutputs(Object.fromEntries(values)));
  const files = { "{answers}": "answers.txt", "{contradiction}": "contradiction.txt" } as const;
  await fs.writeFile(path.join(project.dir, files["{answers}"]), right);
  const wrong = right.replaceAll(/SnowflakeErrorRole-\w+/g, "another");
  assert.notEqual(wrong, right);
  await fs.writeFile(path.join(project.dir, files["{contradiction}"]), wrong);
  return {
    "{answers}": path.join(project.dir, files["{answers}"]),
    "{contradiction}": path.join(project.dir, files["{contradiction}"]),
  };
}

function livePage({ dir }: TestProject): string {
  return path.join(dir, "live.html");
}

function accessKeyOf({ world }: TestProject): string {
  const { value } = world.named("pipeline-snowflake-user-key-first").computed.secret as { value: string };
  assert.match(value, /^canary-/);
  return value;
}
