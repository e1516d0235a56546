import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { PreflightAws } from "../../../automation/deploy/preflight/aws";
import { askCaller, checkCredentials, checkRegion } from "../../../automation/doctor/aws";
import { checkBraintrust } from "../../../automation/doctor/braintrust";
import { type DoctorFinding, examine, type Result } from "../../../automation/doctor/finding";
import { checkSnowflake } from "../../../automation/doctor/snowflake";
import type { StackFile } from "../../../automation/project/stack-file";
import type { Problem } from "../../../components/settings/problems";
import { apiKey, startBraintrust } from "../braintrust/server";
import { FakeSnowflake, type Scenario } from "../snowflake/handshake/fake-snow/account";

const soon = () => AbortSignal.timeout(5000);
const judged = (run: () => Promise<Result>): Promise<DoctorFinding> =>
  examine({ id: "it", name: "it", fix: "the fallback", run });

function stackFile(values: Record<string, unknown> = {}, more: Partial<StackFile> = {}): StackFile {
  return { stack: "dev", values, secretKeys: [], encrypted: [], unquoted: {}, environments: [], ...more };
}

describe("doctor, at AWS", () => {
  const identity = { account: "123456789012", arn: "arn:aws:iam::123456789012:user/ci", renewed: true };
  const found = async (
    file: StackFile,
    answer: () => Promise<typeof identity & { region?: string }>,
    missing?: Problem,
  ) => {
    const aws = async () => ({ identity: answer }) as unknown as PreflightAws;
    const caller = askCaller(file, soon(), aws, async () => missing);
    return {
      region: await judged(() => checkRegion(file, caller)),
      credentials: await judged(() => checkCredentials(file, caller)),
    };
  };
  const named = (name: string, message: string) => Object.assign(new Error(message), { name });

  it("says who the caller is, where, and where both come from", async () => {
    const { region, credentials } = await found(
      stackFile({ "aws:region": "eu-west-1", "aws:profile": "prod" }),
      async () => identity,
    );
    assert.equal(region.evidence, "eu-west-1 (aws:region)");
    assert.match(credentials.evidence, /user\/ci, by profile prod/);
    assert.equal(
      (await found(stackFile({}, { environmentRegion: "sa-east-1" }), async () => identity)).region.verdict,
      "ok",
    );
    const ofProfile = await found(stackFile(), async () => ({ ...identity, region: "us-west-2" }));
    assert.equal(ofProfile.region.evidence, "us-west-2 (the profile's)");
  });

  it("refuses another account than the settings allow, expired credentials, and none", async () => {
    const file = stackFile({ "aws:region": "eu-west-1", "aws:allowedAccountIds": ["999999999999"] });
    const other = (await found(file, async () => identity)).credentials;
    assert.equal(other.verdict, "fail");
    assert.match(other.evidence, /account 123456789012 is not among/);
    const expired = await found(stackFile(), () => Promise.reject(named("ExpiredToken", "it has expired")));
    assert.match(expired.credentials.fix ?? "", /log in again/);
    const none = await found(stackFile(), () => Promise.reject(named("CredentialsProviderError", "none")));
    assert.match(none.credentials.fix ?? "", /export AWS_PROFILE/);
    const problem = { key: "AWS_PROFILE", value: '"nowhere"', rule: "must be a profile", fix: "correct it" };
    const unknown = await found(stackFile(), () => assert.fail("AWS was asked"), problem);
    assert.deepEqual(unknown.credentials, {
      id: "it",
      name: "it",
      verdict: "fail",
      evidence: 'AWS_PROFILE = "nowhere": must be a profile',
      fix: "correct it",
    });
  });

  it("tells a missing region once", async () => {
    const { region, credentials } = await found(stackFile(), () =>
      Promise.reject(new Error("Region is missing")),
    );
    assert.deepEqual([region.verdict, credentials.verdict], ["fail", "skipped"]);
    assert.match(region.fix ?? "", /aws:region/);
  });

  it("leaves credentials that only the engine can read to the engine", async () => {
    const file = stackFile({ "aws:region": "eu-west-1" }, { environments: ["company/aws"] });
    const { credentials } = await found(file, () => assert.fail("AWS was asked"));
    assert.equal(credentials.verdict, "skipped");
    assert.match(credentials.evidence, /company\/aws/);
  });
});

describe("doctor, at Braintrust", () => {
  const organization = { id: randomUUID(), name: "Acme", api_url: null as string | null };

  async function found(
    given: { key?: string; orgId?: string; token?: string },
    organizations: readonly object[] = [organization],
  ): Promise<DoctorFinding> {
    const server = await startBraintrust();
    server.organizations.push(...(organizations as Record<string, unknown>[]));
    try {
      const environment = { BRAINTRUST_API_KEY: given.key, BRAINTRUST_SERVICE_TOKEN: given.token };
      const { orgId } = given;
      return await judged(() =>
        checkBraintrust({ environment, apiUrl: server.baseUrl, orgId, deadline: soon() }),
      );
    } finally {
      await server.close();
    }
  }

  it("names the organization of the key", async () => {
    const { verdict, evidence } = await found({ key: apiKey, orgId: organization.id });
    assert.deepEqual([verdict, evidence], ["ok", `organization Acme (${organization.id})`]);
  });

  it("says what works without a key", async () => {
    const { verdict, fix } = await found({});
    assert.equal(verdict, "warn");
    assert.match(fix ?? "", /export BRAINTRUST_API_KEY/);
  });

  it("refuses a key that Braintrust does not know, one of another organization, and one of none", async () => {
    const wrong = await found({ key: "sk-wrong" });
    assert.equal(wrong.verdict, "fail");
    assert.match(`${wrong.evidence} ${wrong.fix}`, /401.*check BRAINTRUST_API_KEY/);
    assert.ok(!JSON.stringify(wrong).includes("sk-wrong"));
    const other = await found({ key: apiKey, orgId: randomUUID() });
    assert.equal(other.verdict, "fail");
    assert.match(other.fix ?? "", /braintrust\.orgId/);
    assert.equal((await found({ key: apiKey }, [])).verdict, "fail");
    assert.equal((await found({ key: apiKey, token: "with blanks" })).verdict, "fail");
  });

  it("names the organization's own data plane where another was asked", async () => {
    const { verdict, fix } = await found({ key: apiKey }, [
      { ...organization, api_url: "https://api-eu.braintrust.dev" },
    ]);
    assert.equal(verdict, "warn");
    assert.equal(fix, "pass --api-url https://api-eu.braintrust.dev");
  });
});

describe("doctor, at Snowflake", () => {
  let account: FakeSnowflake;
  afterEach(() => account.remove());

  async function found(scenario: Scenario, connection?: string): Promise<DoctorFinding> {
    account = await FakeSnowflake.create(scenario);
    return judged(() => checkSnowflake({ connection, environment: account.environment }));
  }
  const commands = async () => (await account.calls()).map(({ args }) => args.slice(0, 2).join(" "));

  it("logs in by the connection that is named, or the default one", async () => {
    const { verdict, evidence } = await found({ connections: ["default", "prod"] }, "prod");
    assert.deepEqual(
      [verdict, evidence],
      ["ok", "connection prod: account myorg-myaccount, user LOADER, role SYSADMIN"],
    );
    assert.deepEqual(await commands(), ["connection list", "connection test"]);
  });

  it("names the connections that there are", async () => {
    const { verdict, evidence } = await found({ connections: ["dev", "prod"] });
    assert.equal(verdict, "fail");
    assert.match(evidence, /no default connection; it has dev, prod/);
  });

  it("shows why Snowflake refuses a login", async () => {
    const { verdict, evidence, fix } = await found({ login: "250001: Incorrect username or password" });
    assert.equal(verdict, "fail");
    assert.match(evidence, /Incorrect username or password/);
    assert.equal(fix, "the fallback");
  });

  it("opens no browser", async () => {
    const { verdict, evidence } = await found({ parameters: { authenticator: "EXTERNALBROWSER" } });
    assert.equal(verdict, "skipped");
    assert.match(evidence, /needs a person/);
    assert.deepEqual(await commands(), ["connection list"]);
  });

  it("says what to do by hand without a Snowflake CLI, and of one that prints something else", async () => {
    account = await FakeSnowflake.create();
    const { verdict, fix } = await judged(() => checkSnowflake({ environment: { PATH: account.dir } }));
    assert.equal(verdict, "warn");
    assert.match(fix ?? "", /Install it .*sql --part setup/);
    await account.remove();
    assert.equal((await found({ garbage: "+-----+" })).verdict, "fail");
  });
});
