import assert from "node:assert/strict";
import { deployProgram } from "../support";

const snowflakeUser = "arn:aws:iam::444455556666:user/abc1-b-self1234";
const braintrust = { accountId: "111122223333", orgId: "org-1" };

describe("the whole program in another partition", () => {
  for (const [region, partition] of [
    ["us-gov-west-1", "aws-us-gov"],
    ["cn-north-1", "aws-cn"],
  ] as const) {
    for (const access of ["role", "user"] as const) {
      it(`names nothing of the commercial one in ${region} with a ${access}`, async () => {
        const { deployed, outputs } = await deployProgram(
          {
            braintrust,
            snowflake: {
              access,
              iamUserArn: snowflakeUser.replace("arn:aws:", `arn:${partition}:`),
              externalId: "acme=1",
              errorNotifications: { enabled: true },
            },
            events: { mode: "sns" },
          },
          { stack: "prod", region },
        );
        const written = JSON.stringify([deployed.resources.map(({ inputs }) => inputs), outputs]);
        assert.doesNotMatch(written, /arn:aws:/);
        assert.doesNotMatch(written, /us-east-1/);
        assert.match(written, new RegExp(`arn:${partition}:iam::111122223333:root`));
      });
    }
  }
});

describe("the services that may alert", () => {
  for (const [region, services] of [
    ["us-gov-east-1", ["cloudwatch.amazonaws.com"]],
    ["ca-west-1", ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"]],
  ] as const) {
    it(`are those that ${region} has, for the topic and for its key`, async () => {
      const { deployed } = await deployProgram({ encryption: "kms" }, { stack: "agency-prod", region });
      for (const [type, wanted] of [
        ["aws:kms/keyPolicy:KeyPolicy", "EncryptAlerts"],
        ["aws:sns/topicPolicy:TopicPolicy", "AllowAlerts"],
      ] as const) {
        const statement = deployed.statements(deployed.only(type)).find(({ Sid }) => Sid === wanted);
        assert.deepEqual(statement?.Principal, { Service: services });
      }
    });
  }
});

describe("the whole program with encrypted settings", () => {
  it("lets none of their values out in plain, neither as an input nor as an output", async () => {
    const canaries = ["org-canary", "canary=1", "user/canary", "errors-canary"];
    const iamUserArn = "arn:aws:iam::444455556666:user/canary";
    const { deployed, outputs, secretOutputs } = await deployProgram(
      {
        braintrust: { accountId: "111122223333", orgId: "org-canary" },
        snowflake: {
          iamUserArn,
          externalId: "canary=1",
          errorNotifications: { enabled: true, iamUserArn, externalId: "errors-canary" },
        },
        events: { mode: "sns" },
      },
      { stack: "prod", secretKeys: ["braintrust", "snowflake"] },
    );
    const plain = [
      ...deployed.resources.flatMap(({ name, inputs, secretInputs }) =>
        Object.entries(inputs)
          .filter(([input]) => !secretInputs.includes(input))
          .map(([input, value]) => `${name}.${input} ${JSON.stringify(value)}`),
      ),
      ...Object.entries(outputs)
        .filter(([name]) => !secretOutputs.includes(name))
        .map(([name, value]) => `${name} ${JSON.stringify(value)}`),
    ];
    assert.deepEqual(
      plain.filter((text) => canaries.some((canary) => text.includes(canary))),
      [],
    );
  });
});
