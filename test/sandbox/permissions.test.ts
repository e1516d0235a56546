import assert from "node:assert/strict";
import { STS } from "@aws-sdk/client-sts";
import { destroy, type Purpose, permissions, preview, up, verify } from "../../automation";
import { clientSettings } from "../../automation/aws/client-settings";
import { refuseFailures } from "../../automation/verify/verify";
import { ofThisTurn } from "../turn";
import { type Aws, inventory, type SandboxStack, useSandbox } from "./harness";

const accountId = "000000000000";
const settings = { encryption: "kms", events: { mode: "sns" } };
const signal = new AbortController().signal;
const purposes = ["deploy", "preview", "verify"] as const;
const stateBucket = "company-state";

/** The emulator finds no resource in the requests of these actions, and judges them on "*", where AWS takes what they name. */
const judgedAnywhere =
  /^(iam:CreatePolicy|kms:(Create|Delete|Update)Alias|sns:(ListTagsForResource|(Un)?[tT]agResource|Unsubscribe|[GS]etSubscriptionAttributes)|s3:ListTagsForResource|iam:SimulatePrincipalPolicy)$/;

/** No fewer than any purpose has: which one is left out in which run. */
const MOST_STATEMENTS = 12;

describe("the permissions that the command prints", () => {
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let aws: Aws;
  let untouched: string[];
  let sts: STS;

  before(async () => {
    stack = await sandbox.stack("dev", settings);
    aws = stack.clients();
    // Clients keep the credentials of their first call, those of the account's root.
    sts = new STS(clientSettings(stack.file, "sts"));
    const trust = {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "sts:AssumeRole" },
      ],
    };
    for (const purpose of purposes) {
      await aws.iam.createRole({ RoleName: purpose, AssumeRolePolicyDocument: JSON.stringify(trust) });
    }
    await aws.s3.createBucket({ Bucket: stateBucket });
    process.env.PULUMI_BACKEND_URL = `s3://${stateBucket}/team?region=us-east-1&use_path_style=true`;
    untouched = await inventory(aws);
    await sts.getCallerIdentity({});
  });

  /**
   * Gives the role of a purpose its policies, less one statement, and has the stack reached by it. By the environment: a refresh
   * goes by the provider as the state has it, so a role of the settings would be that of the last update.
   */
  async function actAs(purpose: Purpose, without?: number): Promise<string> {
    const { policies } = await permissions({ ...stack.target, purpose, accountId });
    const all = policies.flatMap(({ document }) => document.Statement);
    // To the emulator a key's policy that names the account's root lets each of its principals in, where AWS asks IAM.
    const judged = all.filter(
      ({ Action, Resource }) =>
        !Resource.some((arn) => arn.includes(":key/")) &&
        // It answers 404 where there is no file, as S3 does with this right and not without: API_HeadObject.html.
        (purpose === "deploy" || !Resource.includes(`arn:aws:s3:::${stateBucket}`)) &&
        !Action.every((action) => judgedAnywhere.test(action)),
    );
    assert.ok(judged.length <= MOST_STATEMENTS, `${judged.length} statements`);
    const left = without === undefined ? undefined : judged[without % judged.length];
    for (const { name, document } of policies) {
      const kept = document.Statement.filter((statement) => statement !== left);
      const widened = kept
        .map(({ Action }) => Action.filter((action) => judgedAnywhere.test(action)))
        .filter((actions) => actions.length > 0)
        .map((Action) => ({ Effect: "Allow", Action, Resource: "*" }));
      const Statement = [...kept, ...widened];
      await aws.iam.putRolePolicy({
        RoleName: purpose,
        PolicyName: name,
        PolicyDocument: JSON.stringify({ ...document, Statement }),
      });
    }
    const { Credentials: session } = await sts.assumeRole({
      RoleArn: `arn:aws:iam::${accountId}:role/${purpose}`,
      RoleSessionName: "pipeline",
    });
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: session?.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: session?.SecretAccessKey,
      AWS_SESSION_TOKEN: session?.SessionToken,
    });
    return JSON.stringify(left);
  }

  it("deploy the stack", async () => {
    await actAs("deploy");
    await up(stack.options);
  });

  it("preview it with a refresh", async () => {
    await actAs("preview");
    assert.deepEqual(await preview({ ...stack.options, refresh: true }), []);
  });

  it("verify it", async () => {
    await actAs("verify");
    const report = await verify({ ...stack.target, signal });
    assert.match(report.caller, /:assumed-role\/verify\/pipeline$/);
    refuseFailures(report, signal);
    assert.deepEqual(
      report.checks.filter(({ unanswered }) => unanswered).map(({ id, evidence }) => `${id}: ${evidence}`),
      [],
    );
  });

  for (const without of ofThisTurn([...Array(MOST_STATEMENTS).keys()], MOST_STATEMENTS)) {
    it(`do not preview it without the statement ${without}`, async () => {
      const left = await actAs("preview", without);
      await assert.rejects(preview({ ...stack.options, refresh: true }), `nothing misses ${left}`);
    });

    it(`do not verify all of it without the statement ${without}`, async () => {
      const left = await actAs("verify", without);
      // Without those of the state, no check runs at all.
      const checks = await verify({ ...stack.target, signal }).then(
        (report) => report.checks,
        (error) => assert.match(String(error), /AccessDenied/),
      );
      assert.ok(
        checks === undefined ||
          checks.some(({ unanswered, verdict }) => unanswered === true || verdict === "fail"),
        `nothing misses ${left}`,
      );
    });
  }

  it("destroy it, and leave nothing", async () => {
    await actAs("deploy");
    await destroy(stack.target);
    assert.deepEqual(await inventory(aws), untouched);
  });

  for (const without of ofThisTurn([...Array(MOST_STATEMENTS).keys()], MOST_STATEMENTS)) {
    it(`do not deploy and destroy it without the statement ${without}`, async () => {
      const left = await actAs("deploy", without);
      const cycle = async () => {
        const { outputs } = await up(stack.options);
        await aws.s3.putObject({ Bucket: outputs.bucketName, Key: `${outputs.exportPrefix}export` });
        await destroy(stack.target);
      };
      await assert.rejects(cycle(), `nothing misses ${left}`);
      await actAs("deploy");
      await destroy(stack.target);
      assert.deepEqual(await inventory(aws), untouched);
    });
  }
});
