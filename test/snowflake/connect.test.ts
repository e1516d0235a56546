import assert from "node:assert/strict";
import * as path from "node:path";
import { up } from "../../automation";
import { FakeAwsEndpoint } from "../engine/fake-aws-endpoint";
import { filledIn, TestProject } from "../engine/harness";
import { mochaHooks } from "../engine/hooks";
import { ofThisTurn } from "../turn";
import { assertShown, blocksOf, page, runBlock, transcriptOf } from "./page";
import { awsOf, needSnow, RealSnow } from "./real-snow";

/** In small letters, and so long that the CLI folds the message about it between "does" and "not exist". */
const integration = "All exports of Braintrust, read by Snowflake's user";
const schema = "braintrust logs";
const content = '{"id":"a"}\n{"id":"b"}\n';
const keys = ["a.jsonl", "broken.jsonl", "late.jsonl"].map((name) => `braintrust-exports/logs/${name}`);
const modified = Date.now() - 3 * 86_400_000;
const [good = "", broken = "", late = ""] = keys;
/** Of which no event reached Snowflake, and which a listing by Snowflake does not show yet. */
const unseen = new Set([late]);

/** Each takes a minute of the engine's and the CLI's starts. */
const cases = ["sns", "snowflake-queue", "queue", "none", "rotated key", "by hand"] as const;

for (const one of ofThisTurn(cases, cases.length)) {
  describe("the command line over a stack of the fake provider and the Snowflake CLI itself", function () {
    this.timeout(480_000);
    const mode = one === "rotated key" || one === "by hand" ? "snowflake-queue" : one;
    let project: TestProject;
    let snow: RealSnow;
    let aws: FakeAwsEndpoint;

    before(async function () {
      needSnow(this);
      await mochaHooks.beforeAll.call(this);
      project = await TestProject.create("dev", {
        braintrust: filledIn.braintrust,
        snowflake: {
          schema: `"${schema}"`,
          ...(one === "rotated key"
            ? { access: "user" }
            : {
                externalId: filledIn.snowflake.externalId,
                integration: `"${integration}"`,
                errorNotifications: { enabled: true },
              }),
        },
        streams: [{ name: "logs" }, { name: "spans", format: "parquet" }],
        events: { mode },
      });
      aws = await FakeAwsEndpoint.start(
        () => project.world,
        () => keys.map((key) => ({ key, size: content.length, modified })),
      );
      const stored = async (url: string) =>
        keys
          .map((key) => ({ url: `s3://${bucketName}/${key}`, modified, key }))
          .filter((file) => file.url.startsWith(url) && !unseen.has(file.key))
          .map((file) => ({ ...file, read: async () => Buffer.from(file.key === broken ? "{" : content) }));
      snow = await RealSnow.connect({ ...awsOf(project), files: stored });
      snow.account.ignoresCase = mode !== "none";
      const { bucketName } = (await up({ ...project.options, create: true })).outputs;
    });
    after(async () => {
      aws?.stop();
      await snow?.remove();
      await project?.remove();
      await mochaHooks.afterAll();
    });

    const run = (...args: readonly string[]) =>
      project.run(args, { ...aws.environment, ...snow.environment });
    const [whole = "", end = ""] = blocksOf(page, "From the first hand-over to the first lost file", "").map(
      (block) => block.trimEnd(),
    );
    const transcript = transcriptOf(whole);
    const found = async () => [await project.stackFile(), project.world.things()];

    if (one === "by hand") {
      it("connects and reconciles by hand, by the commands of docs/snowflake.md", async () => {
        const bash = async (block: string) => {
          const ended = await runBlock(block, project, { ...aws.environment, ...snow.environment });
          return { ...ended, output: ended.stdout + ended.stderr };
        };
        const [, handOver = ""] = blocksOf(page, "Hand-over", "sh");
        const connected = await bash(handOver);
        assert.equal(connected.code, 0, connected.output);
        assert.match(connected.stdout, /phase connected\n/);
        assert.equal(snow.account.all("PIPE").length, 2);

        const [byRun = "", byHand = ""] = (blocksOf(page, "Is every file loaded?", "sh")[0] ?? "").split(
          "\n\n",
        );
        const [first, second] = [await bash(byRun), await bash(byHand)];
        assert.deepEqual([first.code, second.code], [1, 1], first.output + second.output);
        assert.match(first.stdout, /^logs +1 +1 +1$/m);
        assert.equal(second.stdout, first.stdout);

        const [dbt = ""] = blocksOf(page, "Snowflake kept as code", "sh");
        const sources = await bash(dbt.replace(/^dbt .*$/m, ""));
        assert.equal(sources.code, 0, sources.output);
      });
    } else if (one !== "rotated key") {
      it(`connects from the first up to loaded in one command, and again changes nothing, in mode ${mode}`, async () => {
        const { code, stdout, stderr } = await run("connect", "--run", "--yes");
        assert.deepEqual([code, stdout], [0, 'stack "dev": phase connected\n'], stderr);
        if (mode === "snowflake-queue") {
          const [shown] = transcript;
          assert.deepEqual(shown?.args, ["connect", "--stack", "dev", "--run", "--yes"]);
          assertShown(shown.lines, { stdout, stderr });
        }
        const trust = String(project.world.named("pipeline-snowflake").inputs.assumeRolePolicy);
        assert.match(trust, new RegExp(snow.account.storageUser));
        const byEvents = mode === "sns" || mode === "snowflake-queue";
        for (const [kind, count] of [
          ["PIPE", byEvents ? 2 : 0],
          ["TASK", byEvents ? 0 : 2],
          ["TABLE", 2],
        ] as const) {
          const things = snow.account.all(kind);
          assert.equal(things.length, count, kind);
          for (const { parts } of things) assert.equal(parts[1], schema);
        }
        assert.ok(snow.account.find("INTEGRATION", `"${integration}"`));
        await project.assertSettled();

        const before = await found();
        const again = await run("connect", "--run", "--yes");
        assert.deepEqual([again.code, again.stdout], [0, 'stack "dev": phase connected\n'], again.stderr);
        assert.deepEqual(await found(), before);
      });

      it(`reconciles each file with what Snowflake says of it, and loads what is missing, in mode ${mode}`, async () => {
        const states = async (...options: readonly string[]) => {
          const all = ["reconcile", "--run", "--json", "--max-age", "1", ...options];
          const { code, stdout, stderr } = await run(...all);
          assert.equal(code, 1, stderr);
          const { files } = JSON.parse(stdout) as { files: { key: string; state: string }[] };
          return Object.fromEntries(files.map(({ key, state }) => [key, state]));
        };
        assert.deepEqual(await states(), { [good]: "loaded", [broken]: "failed", [late]: "skipped" });
        if (mode === "snowflake-queue") {
          const [, shown] = transcript;
          assertShown(shown?.lines ?? [], await run(...(shown?.args ?? [])));
        }
        unseen.clear();
        const load = (...options: readonly string[]) =>
          run("reconcile", "--run", "--load", "--max-age", "1", "--yes", ...options);
        const first = await load();
        assert.equal(first.code, 1, first.stderr);
        assert.match(first.stdout, /\nbatch 1 of 1, stream logs: 1 of 2 files loaded, 2 rows; not loaded:\n/);
        assert.match(first.stdout, /loaded:\n {2}\S+broken\.jsonl: Error parsing JSON: [^\n]+\n$/);
        assert.match(first.stderr, /1 file is missing in Snowflake, more than --max-missing 0\n$/);
        const said = first.stdout + first.stderr.trimEnd().replace(/^.*\n/s, "");
        assert.equal(said.slice(-end.length), end);

        const again = await load("--json", "--max-missing", "1");
        assert.equal(again.code, 0, again.stderr);
        const { loads, violations } = JSON.parse(again.stdout);
        const [{ message, ...file }] = loads[0].files;
        assert.match(message, /Error parsing JSON/);
        assert.deepEqual(
          [file, loads.length, violations],
          [{ key: broken, state: "failed", rows: 0 }, 1, []],
        );
        const loaded = { [good]: "loaded", [broken]: "failed", [late]: "loaded" };
        assert.deepEqual(await states("--list-from", "directory"), loaded);
      });
    } else {
      it("hands a new access key over, which every stage then has, and shows the secret nowhere", async () => {
        const generations = () =>
          project.world.things().filter(({ type }) => type === "aws:iam/accessKey:AccessKey");
        const connected = await run("connect", "--run", "--yes");
        assert.equal(connected.code, 0, connected.stderr);
        const [first] = generations();
        assert.equal(snow.account.usedKeys.at(-1), first?.id);

        // The generation that `rotate-keys` adds.
        const accessKeys = ["first", "second"].map((name) => ({ name, status: "Active" }));
        await project.set({ snowflake: { access: "user", schema: `"${schema}"`, accessKeys } });
        await up(project.options);
        const second = generations().find(({ id }) => id !== first?.id);

        const file = (part: string) => path.join(project.dir, `${part}.sql`);
        const said = [
          await run("sql", "--part", "objects", "--reveal-secrets", "--output", file("objects")),
          await run("sql", "--part", "check", "--output", file("check")),
        ];
        for (const { code, stderr } of said) assert.equal(code, 0, stderr);
        const printed = [
          await snow.run(file("objects"), "--silent"),
          await snow.run(file("check"), "--silent"),
        ];
        assert.equal(snow.account.usedKeys.at(-1), second?.id);
        const stages = snow.account.all("STAGE");
        assert.equal(stages.length, 2);
        for (const { properties } of stages) {
          assert.match(properties.get("CREDENTIALS") ?? "", new RegExp(second?.id ?? "no second key"));
        }
        const shown = [connected, ...said].flatMap(({ stdout, stderr }) => [stdout, stderr]);
        for (const text of [...shown, ...printed]) assert.doesNotMatch(String(text), /canary-/);
      });
    }
  });
}
