import assert from "node:assert/strict";
import { credentialSource } from "../../../../automation/deploy/preflight/credentials";
import { refusalOf } from "../../../../automation/deploy/preflight/finding";
import type { ResourceState } from "../../../../automation/engine/state/state";
import { PipelineError, UsageError } from "../../../../automation/errors";
import { caller, fails, failure, findings, OWN_BUCKET, only, subject } from "./subject";

describe("the look before an update", () => {
  it("has nothing to say where nothing stands in the way", async () => {
    assert.deepEqual(await findings(subject()), []);
  });

  it("tells by a note what phase the settings are in", async () => {
    const found = await only(subject({ "braintrust-snowflake:braintrust": {} }));
    assert.equal(found.severity, "note");
    assert.match(found.message, /awaiting-braintrust/);
    assert.match(found.fix, /braintrust\.accountId, braintrust\.orgId/);
  });

  it("asks for a region where neither settings, environment nor profile have one", async () => {
    const found = await only(subject(), { identity: fails(new Error("Region is missing")) });
    assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
    assert.match(found.message, /^no region is set/);
    assert.match(found.fix, /^set aws:region/);
  });

  describe("at credentials", () => {
    const refused: readonly (readonly [string, "settings" | "surroundings", Error, RegExp])[] = [
      [
        "expired ones",
        "settings",
        failure("ExpiredToken", "The security token included in the request is expired"),
        /expired/,
      ],
      [
        "a login that is over",
        "settings",
        failure("CredentialsProviderError", "The SSO session has expired"),
        /expired/,
      ],
      [
        "unknown ones",
        "settings",
        failure("InvalidClientTokenId", "The security token is invalid"),
        /does not know/,
      ],
      [
        "no way to AWS",
        "surroundings",
        failure("ECONNREFUSED", "connect ECONNREFUSED"),
        /did not say who the caller is/,
      ],
    ];
    for (const [title, cause, error, message] of refused) {
      it(`refuses ${title}, naming where they come from`, async () => {
        const found = await only(subject({ "aws:profile": "prod" }), { identity: fails(error) });
        assert.deepEqual([found.severity, found.cause], ["refusal", cause]);
        assert.match(found.message, message);
        assert.match(found.message, /profile prod \(aws:profile/);
      });
    }

    for (const [title, values, message, fix] of [
      ["none", {}, /^there are no AWS credentials/, /^export AWS_PROFILE/],
      [
        "none in the profile that the settings name",
        { "aws:profile": "acme-prod" },
        /^there are no credentials of profile acme-prod \(aws:profile/,
        /^correct its name/,
      ],
    ] as const) {
      it(`refuses ${title}`, async () => {
        const error = failure("CredentialsProviderError", "Could not load credentials from any providers");
        const found = await only(subject(values), { identity: fails(error) });
        assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
        assert.match(found.message, message);
        assert.match(found.fix, fix);
      });
    }

    it("keeps its deadline where AWS never answers", async () => {
      const found = await only(subject(), { identity: () => new Promise(() => {}) }, 50);
      assert.match(found.message, /no answer within the deadline/);
    });

    it("refuses another account than the settings allow, as a mistake of the settings", async () => {
      const found = await only(subject({ "aws:allowedAccountIds": '["999999999999"]' }));
      assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
      assert.match(found.message, /account 123456789012 is not among aws:allowedAccountIds \(999999999999\)/);
      assert.deepEqual(await findings(subject({ "aws:allowedAccountIds": ["123456789012"] })), []);
    });

    it("refuses a session that ends before an update does, unless it is renewed", async () => {
      const expiration = new Date(Date.now() + 150_000);
      const fixed = await only(subject(), {
        identity: async () => ({ ...caller, expiration, renewed: false }),
      });
      assert.equal(fixed.severity, "refusal");
      assert.match(fixed.message, /the session ends in 2 minutes/);
      const renewed = await only(subject(), { identity: async () => ({ ...caller, expiration }) });
      assert.equal(renewed.severity, "note");
    });

    it("asks as the last of the provider's roles, and says from where it is assumed", async () => {
      const roles = ["hub", "spoke"].map((name) => ({ roleArn: `arn:aws:iam::999999999999:role/${name}` }));
      const asSpoke = {
        ...caller,
        account: "999999999999",
        arn: "arn:aws:sts::999999999999:assumed-role/spoke/ci",
      };
      const allowed = { "aws:allowedAccountIds": ["123456789012"], "aws:profile": "ci" };
      for (const written of [roles, JSON.stringify(roles)]) {
        const found = await only(subject({ ...allowed, "aws:assumeRoles": written }), {
          identity: async () => asSpoke,
        });
        assert.match(
          found.message,
          /^account 999999999999 .* by role arn:aws:iam::999999999999:role\/spoke \(aws:assumeRoles.* from profile ci/,
        );
      }
    });

    it("refuses a role that may not be assumed", async () => {
      const denied = failure(
        "AccessDenied",
        "User: ci is not authorized to perform: sts:AssumeRole on resource: r",
      );
      const roles = [{ roleArn: "arn:aws:iam::999999999999:role/spoke" }];
      const found = await only(subject({ "aws:assumeRoles": roles }), { identity: fails(denied) });
      assert.deepEqual([found.severity, found.cause], ["refusal", "surroundings"]);
      assert.match(found.message, /^the role cannot be assumed \(role .*spoke/);
      assert.match(found.fix, /trust policy .*external id/);
    });

    it("asks nothing as somebody else than the provider", async () => {
      const silent = { identity: fails(new Error("asked")), bucketStatus: fails(new Error("asked")) };
      const sealed = await only(subject({ "aws:secretKey": "[encrypted]" }), silent);
      assert.deepEqual([sealed.severity, /not checked/.test(sealed.message)], ["note", true]);
      const found = await only(subject({}, { environment: { AWS_PROFILE: "other" } }), silent);
      assert.match(found.message, /AWS_PROFILE is set for the engine alone/);
    });

    it("makes no check that the provider is set to skip", async () => {
      const unchecked = subject({ "aws:skipCredentialsValidation": "true" });
      assert.deepEqual(await findings(unchecked, { identity: fails(new Error("no STS")) }), []);
    });

    it("names their source in the provider's order", () => {
      const source = (values: Record<string, unknown>, environment: NodeJS.ProcessEnv) =>
        credentialSource({ stack: "dev", values, encrypted: [], environments: [] }, environment);
      const keys = { AWS_ACCESS_KEY_ID: "AKIA", AWS_PROFILE: "other" };
      assert.match(source({ "aws:profile": "prod" }, keys), /^profile prod/);
      assert.match(source({}, keys), /^AWS_ACCESS_KEY_ID of the environment/);
      assert.match(source({}, { AWS_PROFILE: "other" }), /^profile other \(AWS_PROFILE/);
      assert.match(source({}, {}), /default profile/);
    });
  });

  describe("at the bucket's name", () => {
    const bucket: ResourceState = { urn: "u", type: "aws:s3/bucket:Bucket", id: OWN_BUCKET };

    it("refuses one that is somebody else's, or there without this stack", async () => {
      for (const [status, message] of [
        [403, /braintrust-exports-dev-123456789012-us-east-1 is taken/],
        [301, /is taken/],
        [200, /is there already, and not in this stack's state/],
      ] as const) {
        const found = await only(subject(), { bucketStatus: async () => status });
        assert.deepEqual([found.severity, found.cause], ["refusal", "settings"]);
        assert.match(found.message, message);
      }
    });

    it("has nothing against the stack's own", async () => {
      const own = subject({}, { resources: async () => [bucket] });
      assert.deepEqual(await findings(own, { bucketStatus: async () => 200 }), []);
    });

    it("asks for the name that the settings say", async () => {
      const asked: string[] = [];
      const named = subject({ "braintrust-snowflake:bucketName": "my-own-exports" });
      await findings(named, {
        bucketStatus: async (name) => {
          asked.push(name);
          return 404;
        },
      });
      assert.deepEqual(asked, ["my-own-exports"]);
    });
  });

  it("ends with 2 for what the caller can fix, and with 1 for the rest", async () => {
    const settings = await findings(subject(), { bucketStatus: async () => 403 });
    assert.ok(refusalOf("dev", settings) instanceof UsageError);
    const surroundings = await findings(subject(), { identity: fails(failure("ECONNREFUSED")) });
    const error = refusalOf("dev", [...settings, ...surroundings]);
    assert.ok(error instanceof PipelineError);
    assert.match(error.message, /nothing was changed: stack "dev".*is taken.*did not say who the caller is/s);
  });
});
