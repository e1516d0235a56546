import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Agent } from "node:https";
import { promisify } from "node:util";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { projectDir } from "../../automation/project/stack-file";
import { emulatorAccess } from "../../automation/sandbox/emulator";
import type { Report } from "../../automation/verify/report";
import { type Aws, inventory, Sandbox, skipAll } from "./harness";
import { RunningSandbox } from "./running-sandbox";

/** When a run is interrupted: by what it has said. */
const moments: Readonly<Record<string, RegExp>> = {
  "the start of the emulator": /looking for the AWS emulator/,
  up: /\[5\/\d+ /,
  exports: /^up {7}/m,
  verify: /^read /m,
  destroy: /delete s3\.BucketPolicy/,
};

type Interrupt = (run: RunningSandbox) => void;

/** What interrupts it, and during what: once the engine is not in progress, one signal is like another. */
const interruptions: readonly { what: string; interrupt: Interrupt; during: readonly string[] }[] = [
  { what: "Ctrl-C", interrupt: (run) => run.pressCtrlC(), during: Object.keys(moments) },
  { what: "SIGTERM", interrupt: (run) => run.terminate(), during: ["the start of the emulator", "up"] },
  { what: "its terminal was closed", interrupt: (run) => run.hangUp(), during: ["up"] },
];

describe("sandboxes of the same name at once", function () {
  this.timeout(900_000);
  const runs: RunningSandbox[] = [];
  const interrupted = new Map<string, Promise<RunningSandbox>>();
  let whole: RunningSandbox;
  let kept: RunningSandbox;
  /** An emulator that was there before, what it held, and a sandbox in it. */
  const running = new Sandbox();
  let account: Aws;
  let empty: string[];
  let inRunning: Promise<RunningSandbox>;

  const start = async (...args: string[]) => {
    const run = await RunningSandbox.start(...args);
    runs.push(run);
    return run;
  };

  before(async function () {
    const lacking = await running.start();
    if (lacking !== undefined) skipAll(this, lacking);
    account = (await running.stack("account")).clients();
    empty = await inventory(account);
    // It inherits the variables of the emulator that runs, its certificate's among them.
    const endpoint = process.env.AWS_ENDPOINT_URL ?? assert.fail();
    inRunning = startInterrupted(/^up {7}/m, (run) => run.pressCtrlC(), "--endpoint", endpoint);
    whole = await start();
    kept = await start("--keep");
    for (const { what, interrupt, during } of interruptions) {
      for (const moment of during) {
        interrupted.set(
          `${what} during ${moment}`,
          startInterrupted(moments[moment] ?? assert.fail(), interrupt),
        );
      }
    }
    await Promise.allSettled([inRunning, ...interrupted.values()]);
  });

  after(async () => {
    await running.stop();
    for (const run of runs) {
      run.kill();
      await run.ended;
      await rm(run.folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  async function startInterrupted(
    words: RegExp,
    interrupt: Interrupt,
    ...args: string[]
  ): Promise<RunningSandbox> {
    const run = await start(...args);
    await run.says(words);
    interrupt(run);
    return run;
  }

  for (const { what, during } of interruptions) {
    for (const moment of during) {
      it(`leave nothing behind after ${what} during ${moment}`, async () => {
        const run = await interrupted.get(`${what} during ${moment}`);
        assert.equal(await run?.ended, 1, run?.stderr);
        assert.match(run?.stderr ?? "", /cancelling: waiting for operations in progress/);
        assert.doesNotMatch(run?.stdout ?? "", /^destroy/m);
        await run?.assertNothingLeft();
      });
    }
  }

  it("leave nothing in an emulator that was there before, and do not end it", async () => {
    const run = await inRunning;
    assert.equal(await run.ended, 1, run.stderr);
    assert.match(run.stderr, /taking out of the emulator what the sandbox has made there/);
    await run.assertNothingLeft();
    assert.deepEqual(await inventory(account), empty);
  });

  it("show the whole pipeline to the end, whatever becomes of the others", async () => {
    assert.equal(await whole.ended, 0, whole.stderr);
    const shown = whole.stdout
      .replace(/braintrust-exports\/\S+/g, "FILE")
      .replace(/\d+ (create|delete|passed|bytes)/g, "N $1")
      .replace(/(tried from here): .*(?= \()/, "$1")
      .split("\n");
    assert.deepEqual(shown, [
      "up       N create; phase connected",
      "export   Braintrust's role wrote FILE FILE FILE",
      "events   one for each of 3 files",
      "read     Snowflake's role read N bytes",
      "verify   N passed, 0 failed, 8 skipped",
      "skipped  7: the simulator of this endpoint ignores a request's context; AWS's does not (" +
        "access/braintrust-list, access/braintrust-list-elsewhere, access/braintrust-plain-http, " +
        "access/braintrust-foreign-key, access/snowflake-list, access/snowflake-list-elsewhere, " +
        "access/snowflake-plain-http)",
      "skipped  1: plain HTTP cannot be tried from here (data/plain-http)",
      "preview  no changes",
      "destroy  N delete; nothing is left",
      "",
    ]);
    await whole.assertNothingLeft();
  });

  it("let another terminal verify one that is kept, as its root and as somebody with few rights", async () => {
    const script = await kept.says(/in another terminal: \. (\S+) &&/);
    const project = await kept.says(/project (\S+);/);
    const verify = async (before: string) => {
      const cli = `node -r ts-node/register automation/cli.ts verify --stack sandbox --cwd ${project} --json`;
      const { code, stdout } = await promisify(execFile)("sh", ["-ec", `. ${script}; ${before} ${cli}`], {
        cwd: projectDir,
      }).then(
        (ended) => ({ ...ended, code: 0 }),
        (ended: { readonly code: number; readonly stdout: string }) => ended,
      );
      const { checks, summary }: Report = JSON.parse(stdout);
      return { code, checks, summary };
    };
    const { accessKeyId, secretAccessKey } = await userWith(["s3:GetBucketVersioning"], kept);
    const [asRoot, asUser] = await Promise.all([
      verify(""),
      verify(`AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`),
    ]);
    // Whoever cannot ask for the bucket policy, the trust policies and the notification has verified nothing.
    assert.deepEqual([asRoot.code, asUser.code], [0, 1]);
    assert.equal(asRoot.summary.failed, 0);
    assert.ok(asRoot.summary.passed > 40);

    const passed = asUser.checks.filter(({ verdict }) => verdict === "pass").map(({ id }) => id);
    assert.deepEqual(passed, ["caller/account", "bucket/versioning"]);
    const others = asUser.checks.filter(({ verdict }) => verdict !== "pass");
    for (const { id, verdict, fix, needs } of others) {
      assert.equal(verdict, "skip", id);
      const action = /^grant ([a-z0-9]+:[A-Za-z]+) /.exec(fix ?? "")?.[1];
      // Snowflake's role trusts its user alone, whatever rights the caller has.
      if (action === undefined) assert.match(id, /^data\/(read|list|snowflake-.*)$/);
      else assert.ok(needs.includes(action), `${id}: ${action}`);
    }
  });

  it("have nothing in common, and keep what is to be kept until Ctrl-C", async () => {
    const project = await kept.says(/project (\S+);/);
    const endpoints = runs.flatMap(({ stderr }) => /emulator is ready at (\S+)/.exec(stderr)?.[1] ?? []);
    assert.equal(new Set(endpoints).size, endpoints.length);

    const s3 = new S3({ ...(await rootOf(kept)), forcePathStyle: true });
    const buckets = (await s3.listBuckets()).Buckets?.map(({ Name }) => Name);
    const [Bucket] = buckets ?? [];
    assert.deepEqual(buckets, ["braintrust-exports-sandbox-000000000000-us-east-1"]);
    const { Contents = [] } = await s3.listObjectsV2({ Bucket });
    assert.deepEqual(
      Contents.map(({ Key }) => Key).sort(),
      (kept.stdout.match(/braintrust-exports\/[^\s,]+/g) ?? []).sort(),
    );
    assert.ok(existsSync(project));
    assert.match(kept.stderr, new RegExp(`verify --stack sandbox --cwd ${project}$`, "m"));

    kept.pressCtrlC();
    assert.equal(await kept.ended, 0, kept.stderr);
    await kept.assertNothingLeft();
  });
});

/** How a client of this process reaches a kept sandbox as its account's root. */
async function rootOf(kept: RunningSandbox) {
  const endpoint = await kept.says(/kept: emulator (\S+),/);
  const caFile = await kept.says(/its certificate (\S+),/);
  const { region, credentials } = emulatorAccess(endpoint, caFile);
  const httpsAgent = new Agent({ ca: readFileSync(caFile) });
  return { endpoint, region, credentials, requestHandler: { httpsAgent } };
}

/** The key of a new user that may do these things alone. */
async function userWith(Action: readonly string[], kept: RunningSandbox) {
  const iam = new IAM(await rootOf(kept));
  const UserName = "operator";
  await iam.createUser({ UserName });
  const Statement = [{ Effect: "Allow", Action, Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.putUserPolicy({ UserName, PolicyName: "few-rights", PolicyDocument });
  const { AccessKey } = await iam.createAccessKey({ UserName });
  return { accessKeyId: AccessKey?.AccessKeyId, secretAccessKey: AccessKey?.SecretAccessKey };
}
