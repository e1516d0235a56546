import assert from "node:assert/strict";
import { FakeSnowflake, purposeOf } from "../automation/snowflake/handshake/fake-snow/account";
import { ofThisTurn } from "../turn";
import { filledIn, TestProject } from "./harness";

/** The parts of the SQL that are run until all is loaded, by the mode of events. */
const partsOf = {
  sns: ["setup", "load"],
  "snowflake-queue": ["setup", "load", "load"],
  queue: ["setup", "load"],
  none: ["setup", "load"],
} as const;

/** Without a channel of Snowflake's there is nothing to tell them apart: one of them has its turn. */
const alike = ["queue", "none"] as const;
const modes = ["sns", "snowflake-queue", ...ofThisTurn(alike, alike.length)] as const;

for (const mode of modes) {
  const parts = partsOf[mode];
  describe(`connect --run, for a stack whose Snowflake is a role, in mode ${mode}`, () => {
    let project: TestProject;
    let snowflake: FakeSnowflake;

    before(async () => {
      snowflake = await FakeSnowflake.create();
      project = await TestProject.create("dev", {
        braintrust: filledIn.braintrust,
        snowflake: { externalId: filledIn.snowflake.externalId, errorNotifications: { enabled: true } },
        streams: [{ name: "logs" }, { name: "spans", format: "parquet" }],
        events: { mode },
      });
      const { code, stderr } = await project.run(["up", "--create", "--yes"]);
      assert.equal(code, 0, stderr);
    });
    after(async () => {
      await project.remove();
      await snowflake.remove();
    });

    const run = (...args: string[]) =>
      project.run(["connect", "--run", "--yes", ...args], snowflake.environment);
    const found = async () => [await project.stackFile(), project.world.things()];

    async function refused(code: number, reason: RegExp, ...args: string[]): Promise<void> {
      const before = await found();
      const ended = await run(...args);
      assert.deepEqual([ended.code, ended.stdout], [code, ""], ended.stderr);
      assert.match(ended.stderr, reason);
      assert.deepEqual(await found(), before);
    }

    /** The parts of the SQL that were run on the way to a connected stack. */
    async function connected(): Promise<(string | undefined)[]> {
      const earlier = (await snowflake.calls()).length;
      const { code, stdout, stderr } = await run();
      assert.deepEqual([code, stdout], [0, 'stack "dev": phase connected\n'], stderr);
      assert.match(stderr, /next: npm run pipeline -- verify --stack dev --cwd \S+\n$/);
      const calls = (await snowflake.calls()).slice(earlier);
      return calls.map(({ sql }) => purposeOf(sql)).filter((purpose) => purpose !== "look");
    }

    if (mode === "sns") {
      it("changes nothing while the Snowflake CLI fails, hangs or cannot be understood", async () => {
        await snowflake.set({ hang: true });
        await refused(1, /the Snowflake CLI was stopped after 3 s/, "--timeout", "0.05");
        await snowflake.set({ garbage: "Traceback (most recent call last):\n  KeyError: 'a'\n" });
        await refused(
          1,
          /answered to the look at the integration cannot be read:\n {2}Traceback .*\n {2}KeyError/,
        );
        const message = "003001 (42501): 01b0: SQL access control error:\nInsufficient privileges";
        await snowflake.set({ failure: { pattern: "CREATE STORAGE INTEGRATION", message } });
        await refused(1, /exit code 1:\n {2}003001 .*\n {2}Insufficient privileges/);
      });

      it("changes nothing for an integration that is not ours", async () => {
        const another = "arn:aws:iam::999988887777:role/lake";
        await snowflake.set({ foreign: { ENABLED: "true", STORAGE_AWS_ROLE_ARN: another } });
        const calls = (await snowflake.calls()).length;
        await refused(2, /nothing was changed: the integration "BRAINTRUST_DEV_S3" exists .*role\/lake/);
        assert.deepEqual(
          (await snowflake.calls()).slice(calls).map(({ sql }) => purposeOf(sql)),
          ["look"],
        );
        await snowflake.set({ integration: { STORAGE_AWS_EXTERNAL_ID: "AB12345_SFCRole=2_x=" } });
        await refused(
          2,
          /nothing was changed[\s\S]*SET STORAGE_AWS_EXTERNAL_ID = 'braintrust-test-0123456789'/,
        );
        await snowflake.set({});
      });

      it("waits for AWS to trust Snowflake, and refuses a pipe of another topic", async () => {
        await snowflake.set({ distrust: 1, channel: "arn:aws:sns:us-east-1:111122223333:another" });
        const { code, stderr } = await run();
        assert.equal(code, 2, stderr);
        assert.match(stderr, /AWS does not trust Snowflake yet: retrying in 15 s \(attempt 2 of 8\)/);
        assert.match(stderr, /notification_channel of the pipe "LOGS_PIPE" is "arn:aws:sns:\S+another"/);
        await snowflake.set({});
      });
    }

    it("goes from up to loaded in one command, and changes nothing when it is run again", async () => {
      assert.deepEqual(await connected(), parts);
      assert.match(String(project.world.named("pipeline-snowflake").inputs.assumeRolePolicy), /abc1-s-test/);
      await project.assertSettled();
      const before = await found();
      assert.deepEqual(await connected(), ["setup", "load"]);
      assert.deepEqual(await found(), before);
    });
  });
}
