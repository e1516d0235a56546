import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { STS } from "@aws-sdk/client-sts";
import { clientSettings } from "../../../automation/aws/client-settings";
import { UsageError } from "../../../automation/errors";
import { close, listen } from "../../loopback";

/** STS as far as identities need it: a role's keys are named after the role. */
class FakeSts {
  /** Each call: who signed it, and its parameters. */
  public readonly calls: { readonly by: string; readonly parameters: Record<string, string> }[] = [];
  private readonly server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const by = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "nobody";
      const parameters = Object.fromEntries(new URLSearchParams(body));
      this.calls.push({ by, parameters });
      const { Action = "", RoleArn = "" } = parameters;
      const key = `AKIA${RoleArn.split("/").at(-1)}`;
      const credentials = `<Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
        <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(
        `<${Action}Response><${Action}Result><Arn>${by}</Arn>${credentials}</${Action}Result></${Action}Response>`,
      );
    });
  });

  public start(): Promise<string> {
    return listen(this.server);
  }

  public stop(): void {
    close(this.server);
  }
}

describe("the identity of AWS clients", () => {
  const VARIABLES = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
  ] as const;
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  let sts: FakeSts;
  let endpoint: string;

  beforeEach(async () => {
    for (const name of VARIABLES) delete process.env[name];
    sts = new FakeSts();
    endpoint = await sts.start();
  });
  afterEach(() => sts.stop());
  after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const settings = (values: Readonly<Record<string, unknown>>) =>
    clientSettings(
      {
        values: { "aws:region": "ap-southeast-2", "aws:endpoints": [{ sts: endpoint }], ...values },
      },
      "sts",
    );
  const caller = async (values: Readonly<Record<string, unknown>>) =>
    (await new STS(settings(values)).getCallerIdentity({})).Arn;
  const baseKeys = { "aws:accessKey": "AKIABASE", "aws:secretKey": "s" };

  it("is the last of the provider's roles, each assumed by the one before it", async () => {
    const chain = [
      { roleArn: "arn:aws:iam::111122223333:role/HUB", sessionName: "ci", duration: "1h30m" },
      {
        roleArn: "arn:aws:iam::444455556666:role/deploy/SPOKE",
        externalId: "tenant-7",
        policyArns: ["arn:aws:iam::aws:policy/PowerUserAccess"],
        tags: { team: "data" },
        transitiveTagKeys: ["team"],
      },
    ];
    assert.equal(await caller({ ...baseKeys, "aws:assumeRoles": chain }), "AKIASPOKE");
    const [first, second] = sts.calls;
    assert.deepEqual(
      [first?.by, first?.parameters.RoleSessionName, first?.parameters.DurationSeconds],
      ["AKIABASE", "ci", "5400"],
    );
    assert.deepEqual(
      ["ExternalId", "PolicyArns.member.1.arn", "Tags.member.1.Value", "TransitiveTagKeys.member.1"].map(
        (name) => second?.parameters[name],
      ),
      ["tenant-7", "arn:aws:iam::aws:policy/PowerUserAccess", "data", "team"],
    );
    assert.equal(second?.by, "AKIAHUB");
  });

  it("is assumed by the environment's keys, and may be written as JSON text", async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "s" });
    const roles = JSON.stringify([{ roleArn: "arn:aws-cn:iam::111122223333:role/R" }]);
    assert.equal(await caller({ "aws:assumeRoles": roles }), "AKIAR");
    assert.equal(sts.calls[0]?.by, "AKIAENV");
  });

  it("takes numbers for texts, as the provider does", async () => {
    const roles = [
      { roleArn: "arn:aws:iam::111122223333:role/R", externalId: 4711, tags: { costCenter: 12 } },
    ];
    assert.equal(await caller({ ...baseKeys, "aws:assumeRoles": roles }), "AKIAR");
    const { parameters } = sts.calls[0] ?? assert.fail();
    assert.deepEqual([parameters.ExternalId, parameters["Tags.member.1.Value"]], ["4711", "12"]);
    assert.equal(settings({ "aws:profile": 111122223333 }).profile, "111122223333");
  });

  it("is that of a web identity, and of the roles behind it", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "token-"));
    try {
      const webIdentityTokenFile = path.join(folder, "token");
      await fs.writeFile(webIdentityTokenFile, "a.web.token");
      const web = {
        roleArn: "arn:aws:iam::111122223333:role/OIDC",
        sessionName: "gha",
        webIdentityTokenFile,
      };
      assert.equal(await caller({ "aws:assumeRoleWithWebIdentity": web }), "AKIAOIDC");
      assert.equal(sts.calls[0]?.parameters.WebIdentityToken, "a.web.token");
      const roles = [{ roleArn: "arn:aws:iam::111122223333:role/NEXT" }];
      assert.equal(
        await caller({ "aws:assumeRoleWithWebIdentity": web, "aws:assumeRoles": roles }),
        "AKIANEXT",
      );
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });

  it("is a profile of the provider's own files, and of its source", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "profiles-"));
    try {
      const credentials = path.join(folder, "credentials");
      const config = path.join(folder, "config");
      await fs.writeFile(credentials, "[base]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s\n");
      await fs.writeFile(config, "[profile base]\nregion = eu-west-1\n");
      const files = { "aws:sharedCredentialsFiles": [credentials], "aws:sharedConfigFiles": [config] };
      assert.equal(await caller({ ...files, "aws:profile": "base" }), "AKIAFILE");
      const roles = [{ roleArn: "arn:aws:iam::111122223333:role/X" }];
      assert.equal(await caller({ ...files, "aws:profile": "base", "aws:assumeRoles": roles }), "AKIAX");
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });

  it("is refused where it is not written as the provider has it, without its values", () => {
    for (const [key, value] of [
      ["aws:assumeRoles", { roleArn: "arn:aws:iam::111122223333:role/R" }],
      ["aws:assumeRoles", [{ externalId: "hunter2" }]],
      ["aws:assumeRoles", [{ roleArn: "arn:aws:iam::111122223333:role/R", duration: "an hour" }]],
      ["aws:assumeRoles", "hunter2]"],
      ["aws:assumeRoleWithWebIdentity", { webIdentityToken: "hunter2" }],
    ] as const) {
      assert.throws(
        () => settings({ [key]: value }),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.ok(error.message.startsWith(key), error.message);
          assert.doesNotMatch(error.message, /hunter2/);
          return true;
        },
      );
    }
  });
});
