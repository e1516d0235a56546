import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { deployProgram } from "../support";

const python = process.env.PARLIAMENT_PYTHON ?? "python3";

// parliament reads numbers without a fraction alone, and AWS's own "1.2" has one. Two actions of "s3:*" do not know the
// TLS version; a Deny of all actions is not the weaker for them.
const accepted = [
  "MISMATCHED_TYPE: Type mismatch: s3:TlsVersion requires a value of type Numeric but given ['1.2']",
  "UNKNOWN_CONDITION_FOR_ACTION: Unknown condition s3:TlsVersion for action s3:InitiateReplication",
  "UNKNOWN_CONDITION_FOR_ACTION: Unknown condition s3:TlsVersion for action s3:PutAccessPointPublicAccessBlock",
  // A key's own policy must name the alias actions on the key as well: docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
  "RESOURCE_MISMATCH: [{'action': 'kms:CreateAlias', 'required_format': 'arn:*:kms:*:*:alias/*'}, {'action': 'kms:DeleteAlias', 'required_format': 'arn:*:kms:*:*:alias/*'}, {'action': 'kms:UpdateAlias', 'required_format': 'arn:*:kms:*:*:alias/*'}]",
];

describe("policies, to the linter parliament", function () {
  this.timeout(120_000);

  before(function () {
    const { status } = spawnSync(python, ["-c", "import parliament"]);
    if (status !== 0) {
      console.error(`skipped: ${python} has no parliament; PARLIAMENT_PYTHON names another Python`);
      this.skip();
    }
  });

  const cases: [string, string, Record<string, unknown>][] = [
    ["dev", "dev", {}],
    [
      "prod with a topic and error notifications",
      "prod",
      { events: { mode: "sns" }, snowflake: { errorNotifications: { enabled: true } } },
    ],
    [
      "prod with a user, a queue and other readers",
      "prod",
      {
        events: { mode: "queue" },
        snowflake: { access: "user" },
        braintrust: { permissions: "least" },
        crossAccountReaders: [{ arn: "arn:aws:iam::777788889999:role/reader" }],
      },
    ],
  ];
  for (const [name, stack, given] of cases) {
    it(`are clean for ${name}`, async () => {
      const { deployed } = await deployProgram(given, { stack });
      const policies = deployed.resources.flatMap(({ name: resource, inputs }) =>
        typeof inputs.policy === "string" && inputs.policy.startsWith("{")
          ? [{ resource, policy: inputs.policy }]
          : [],
      );
      assert.ok(policies.length >= 3, "there are policies to lint");
      const { stdout, stderr, status } = spawnSync(python, [path.join(__dirname, "lint_policies.py")], {
        input: JSON.stringify(policies.map(({ policy }) => policy)),
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      const findings = (JSON.parse(stdout) as string[][]).flatMap((found, index) =>
        found
          .filter((finding) => !accepted.includes(finding))
          .map((finding) => `${policies[index]?.resource}: ${finding}`),
      );
      assert.deepEqual(findings, []);
    });
  }
});
