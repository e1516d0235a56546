import assert from "node:assert/strict";
import { type PipelineOutputs, preview, UsageError, up } from "../../automation";
import { connect, connection } from "../../automation/snowflake/handshake/connect";
import { loadAnswers, setupAnswers, snowflakeAccount } from "../snowflake-answers";
import { filledIn, TestProject } from "./harness";

const { iamUserArn, queueArn, subscriberArn } = snowflakeAccount;
const ROLE = "pipeline-snowflake";
const NOTIFICATION = "pipeline-events-notification";
const settings = {
  braintrust: filledIn.braintrust,
  snowflake: { externalId: filledIn.snowflake.externalId },
  streams: [{ name: "logs" }, { name: "spans" }],
};

describe("connect, with Snowflake's own queue", () => {
  let project: TestProject;
  let outputs: PipelineOutputs;

  before(async () => {
    project = await TestProject.create("dev", settings);
    ({ outputs } = await up({ ...project.options, create: true }));
  });
  after(() => project.remove());

  it("begins with a role that cannot be assumed, and a bucket without notifications", () => {
    assert.equal(outputs.phase, "awaiting-snowflake");
    assert.ok(!trust(project).includes("Allow"));
    assert.deepEqual(targets(project), []);
  });

  it("changes nothing for answers that are wrong, incomplete or none", async () => {
    const answers = setupAnswers(outputs);
    for (const [text, reason] of [
      ["no answer", /unrecognized input/],
      [answers.split("\n").slice(0, -3).join("\n"), /missing: STORAGE_AWS_ROLE_ARN, STORAGE_AWS_EXTERNAL_ID/],
      [
        answers.replaceAll(filledIn.snowflake.externalId, "braintrust-fake-0123456789"),
        /SET STORAGE_AWS_EXTERNAL_ID/,
      ],
      [
        JSON.stringify([{ property: "STORAGE_AWS_IAM_USER_ARN", property_value: iamUserArn }]),
        /missing: ENABLED, /,
      ],
    ] as const) {
      await unchanged(project, () =>
        assert.rejects(connect({ ...project.options, answers: text }), refusal(reason)),
      );
    }
  });

  it("changes nothing where the question is answered by no", () =>
    unchanged(project, async () => {
      const confirm = () => false;
      const { outcome, changes } = await connect({
        ...project.options,
        answers: setupAnswers(outputs),
        confirm,
      });
      assert.equal(outcome, "declined");
      assert.deepEqual(changes, [{ path: ["snowflake", "iamUserArn"], to: iamUserArn }]);
    }));

  it("lets Snowflake's user in, once it is known", async () => {
    const result = await connect({ ...project.options, answers: setupAnswers(outputs) });
    assert.deepEqual(
      [result.outcome, result.phase, result.behind, result.awaited.map(({ part }) => part)],
      ["deployed", "awaiting-channel", false, ["load"]],
    );
    assert.ok(trust(project).includes(iamUserArn));
    assert.ok(trust(project).includes(filledIn.snowflake.externalId));
  });

  it("waits for every stream's pipe", async () => {
    const [first] = outputs.streams;
    assert.ok(first);
    const some = loadAnswers({ ...outputs, streams: [first] });
    await unchanged(project, () =>
      assert.rejects(
        connect({ ...project.options, answers: some }),
        refusal(/missing: the pipes SPANS_PIPE of the stream spans: SHOW PIPES/),
      ),
    );
  });

  it("keeps the answers when the deployment fails, and says how to continue", async () => {
    project.world.setFaults(
      { operation: "create", name: NOTIFICATION, error: "AccessDenied" },
      { operation: "update", name: NOTIFICATION, error: "AccessDenied" },
    );
    await assert.rejects(connect({ ...project.options, answers: loadAnswers(outputs) }), (error: Error) => {
      assert.ok(!(error instanceof UsageError));
      assert.match(
        error.message,
        /AccessDenied[\s\S]*answers are in Pulumi.dev.yaml all the same.*`npm run pipeline -- up --stack dev`$/,
      );
      return true;
    });
    project.world.setFaults();
    const again = await connect({ ...project.options, answers: loadAnswers(outputs) });
    assert.deepEqual([again.outcome, again.behind, again.phase], ["unchanged", true, "awaiting-channel"]);
    assert.equal((await up(project.options)).outputs.phase, "connected");
    await project.assertSettled();
  });

  it("ends up with one configuration for each stream", () =>
    assert.deepEqual(targets(project), [
      ["braintrust-exports/logs/", queueArn],
      ["braintrust-exports/spans/", queueArn],
    ]));

  it("changes nothing when the same answers come again", () =>
    unchanged(project, async () => {
      const answers = `${setupAnswers(outputs)}\n${loadAnswers(outputs)}`;
      const { outcome, phase, awaited } = await connect({ ...project.options, answers });
      assert.deepEqual([outcome, phase, awaited], ["unchanged", "connected", []]);
      assert.deepEqual(await preview(project.options), []);
    }));

  it("only writes with --no-up, and keeps encrypted settings encrypted", async () => {
    const path = "braintrust-snowflake:snowflake.iamUserArn";
    await project.pulumi("config", "set", "--secret", "--path", path, iamUserArn, "--stack", "dev");
    const same = await connect({ ...project.options, answers: setupAnswers(outputs) });
    assert.equal(same.outcome, "unchanged");
    const other = setupAnswers(outputs).replace("abc1-s-test", "zzz9-s-test");
    await unchanged(project, () =>
      assert.rejects(
        connect({ ...project.options, answers: other }),
        refusal(/iamUserArn encrypted, which would/),
      ),
    );
    const moved = loadAnswers(outputs).replaceAll("abc_1", "abc_2");
    const { outcome, behind } = await connect({ ...project.options, answers: moved, deploy: false });
    assert.deepEqual([outcome, behind], ["written", true]);
    assert.equal((await connection(project.options)).behind, true);
    assert.deepEqual(
      targets(project).map(([, arn]) => arn),
      [queueArn, queueArn],
    );
    assert.match(JSON.stringify(await project.stackFile()), /"iamUserArn":\{"secure":.*abc_2/);
  });
});

for (const { mode, errors, expected } of [
  { mode: "sns", errors: true, expected: ["braintrust-exports/logs/", "braintrust-exports/spans/"] },
  { mode: "queue", errors: false, expected: ["braintrust-exports/logs/", "braintrust-exports/spans/"] },
  { mode: "none", errors: true, expected: [] },
] as const) {
  describe(`connect, in mode ${mode}`, () => {
    let project: TestProject;

    before(async () => {
      const errorNotifications = { enabled: errors };
      project = await TestProject.create("dev", {
        ...settings,
        snowflake: { ...settings.snowflake, errorNotifications },
        events: { mode },
      });
    });
    after(() => project.remove());

    it("is connected after one exchange of answers, and then has nothing more to change", async () => {
      const { outputs } = await up({ ...project.options, create: true });
      assert.equal(outputs.phase, "awaiting-snowflake");
      const answers = setupAnswers(outputs);
      const result = await connect({ ...project.options, answers });
      assert.deepEqual([result.outcome, result.phase, result.awaited], ["deployed", "connected", []]);
      assert.ok(trust(project).includes(iamUserArn));
      assert.deepEqual(
        targets(project).map(([prefix]) => prefix),
        expected,
      );
      if (mode === "sns") {
        assert.ok(JSON.stringify(project.world.things()).includes(subscriberArn));
      }
      await unchanged(project, async () => {
        const all = mode === "sns" ? `${answers}\n${loadAnswers(outputs)}` : answers;
        const again = await connect({ ...project.options, answers: all });
        assert.equal(again.outcome, "unchanged");
      });
      await project.assertSettled();
    });
  });
}

/** Neither settings nor the account are another after the work. */
async function unchanged(project: TestProject, work: () => Promise<unknown>): Promise<void> {
  const state = async () => [await project.stackFile(), project.world.things()];
  const [before, calls] = [await state(), project.world.calls().length];
  await work();
  assert.deepEqual(await state(), before);
  const changing = project.world
    .calls()
    .slice(calls)
    .filter(({ operation }) => operation !== "read");
  assert.deepEqual(changing, []);
}

function refusal(reason: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, reason);
    return true;
  };
}

function trust(project: TestProject): string {
  return String(project.world.named(ROLE).inputs.assumeRolePolicy);
}

/** Prefix and destination of each configuration of the bucket's notification. */
function targets(project: TestProject): [string, string][] {
  const found = project.world.things().filter(({ name }) => name === NOTIFICATION);
  return found
    .flatMap(({ inputs: { queues = [], topics = [] } }) => [
      ...(queues as Configuration[]),
      ...(topics as Configuration[]),
    ])
    .map(({ filterPrefix, queueArn, topicArn }): [string, string] => [
      filterPrefix,
      queueArn ?? topicArn ?? "",
    ])
    .sort();
}

interface Configuration {
  readonly filterPrefix: string;
  readonly queueArn?: string;
  readonly topicArn?: string;
}
