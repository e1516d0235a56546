import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { missingCredentials } from "../../../automation/aws/missing-credentials";
import { formatProblem } from "../../../components/settings/problems";

const FILE = `[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Admin
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = us-east-1
[profile process]
credential_process = /bin/sh -c "echo s3cret-word >&2; exit 3"
[profile junk]
credential_process = /bin/echo s3cret-word
[profile of-another]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = nowhere
[profile region-alone]
region = us-east-1
[profile "quoted.name"]
aws_access_key_id = AKIATEST
aws_secret_access_key = s
`;

describe("missing AWS credentials", () => {
  const before = { ...process.env };
  let dir: string;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "profiles-"));
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, {
      AWS_CONFIG_FILE: path.join(dir, "config"),
      AWS_SHARED_CREDENTIALS_FILE: path.join(dir, "credentials"),
      AWS_EC2_METADATA_DISABLED: "true",
    });
    await fs.writeFile(path.join(dir, "config"), FILE);
    await fs.writeFile(
      path.join(dir, "credentials"),
      "[keys]\naws_access_key_id=AKIATEST\naws_secret_access_key=s\n",
    );
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    await fs.rm(dir, { recursive: true });
  });

  async function missing(values: Readonly<Record<string, unknown>> = {}): Promise<string | undefined> {
    const problem = await missingCredentials({ values: { "aws:region": "us-east-1", ...values } });
    return problem && formatProblem(problem);
  }

  it("are named by what could give some, where nothing does", async () => {
    assert.match(
      (await missing()) ?? "",
      /^AWS_PROFILE = \(unset\): no AWS credentials in .*; export AWS_PROFILE, or AWS_ACCESS_KEY_ID/,
    );
  });

  it("are none where settings, environment or profile have keys", async () => {
    assert.equal(await missing({ "aws:accessKey": "AKIATEST", "aws:secretKey": "s" }), undefined);
    for (const name of ["keys", "quoted.name"]) {
      assert.equal(await missing({ "aws:profile": name }), undefined);
      process.env.AWS_PROFILE = name;
      assert.equal(await missing(), undefined);
    }
    process.env.AWS_PROFILE = "nowhere";
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "s" });
    assert.equal(await missing(), undefined);
  });

  it("name a profile that does not exist, with those that do, wherever it is named", async () => {
    const wrong =
      /must be a profile in .*config or .*credentials; the profiles there are .*keys, .*sso; correct it/;
    assert.match((await missing({ "aws:profile": "nowhere" })) ?? "", /^aws:profile = "nowhere": /);
    process.env.AWS_PROFILE = "corp";
    const said = (await missing()) ?? "";
    assert.match(said, /^AWS_PROFILE = "corp": /);
    assert.match(said, wrong);
    assert.doesNotMatch(said, /there are [^;]*corp/);
  });

  it("look into the files that the settings name", async () => {
    const file = path.join(dir, "theirs");
    await fs.writeFile(file, "[theirs]\naws_access_key_id = AKIATEST\naws_secret_access_key = s\n");
    const theirs = { "aws:profile": "theirs", "aws:sharedCredentialsFiles": JSON.stringify([file]) };
    assert.equal(await missing(theirs), undefined);
    assert.match(
      (await missing({ ...theirs, "aws:profile": "keys" })) ?? "",
      /there are .*theirs; correct it/,
    );
  });

  for (const [profile, rule] of [
    ["sso", /"sso": its SSO session has expired.*; run `aws sso login --profile sso`/],
    ["process", /its credential_process has failed/],
    ["junk", /its credential_process has failed/],
    [
      "of-another",
      /must be a profile with credentials: .*\[nowhere\].*get-caller-identity --profile of-another/,
    ],
    ["region-alone", /"region-alone": no AWS credentials/],
  ] as const) {
    it(`say what is wrong with the profile ${profile}, without what it may hold`, async () => {
      process.env.AWS_PROFILE = profile;
      const said = (await missing()) ?? "";
      assert.match(said, rule);
      assert.doesNotMatch(said, /s3cret-word/);
    });
  }

  it("are found for the default profile too", async () => {
    await fs.appendFile(path.join(dir, "config"), "[default]\ncredential_process = /bin/false\n");
    assert.match((await missing()) ?? "", /^AWS_PROFILE = "default": its credential_process/);
  });
});
