import assert from "node:assert/strict";
import type { Purpose } from "../../../automation/permissions/permissions";
import { ofThisTurn } from "../../turn";
import { granted, tagged } from "./granted";

describe("the permissions for a stack's state", () => {
  const keyId = "0a1b2c3d-0000-4444-8888-123456789012";
  const aliased = { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/team/pulumi" } };
  const states: Readonly<Record<string, readonly [Parameters<typeof granted>[3], readonly unknown[][]]>> = {
    "an S3 backend": [
      { backend: { url: "s3://acme-state" } },
      [
        [["s3:ListBucket"], "arn:aws:s3:::acme-state"],
        [["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], "arn:aws:s3:::acme-state/.pulumi/*"],
      ],
    ],
    "an S3 backend in a folder, with a key": [
      { backend: { url: `s3://acme-state/data/team?region=eu-central-1&kmskeyid=${keyId}` } },
      [
        [["s3:ListBucket"], "arn:aws:s3:::acme-state"],
        [["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], "arn:aws:s3:::acme-state/data/team/.pulumi/*"],
        [["kms:Decrypt", "kms:GenerateDataKey"], `arn:aws:kms:eu-central-1:111122223333:key/${keyId}`],
      ],
    ],
    "a key by its id": [
      { secretsprovider: `awskms://${keyId}?region=us-east-2` },
      [[["kms:Decrypt", "kms:Encrypt"], `arn:aws:kms:us-east-2:111122223333:key/${keyId}`]],
    ],
    "a key of another account by its ARN": [
      { secretsprovider: `awskms:///arn:aws:kms:us-west-2:999988887777:key/mrk-${keyId}?region=us-west-2` },
      [[["kms:Decrypt", "kms:Encrypt"], `arn:aws:kms:us-west-2:999988887777:key/mrk-${keyId}`]],
    ],
    "a key by its alias": [
      { secretsprovider: "awskms://alias/team/pulumi?region=us-east-2&context_stack=qa" },
      [[["kms:Decrypt", "kms:Encrypt"], "arn:aws:kms:us-east-2:111122223333:key/*", aliased]],
    ],
    "a key by the ARN of its alias": [
      { secretsprovider: "awskms:///arn:aws:kms:us-west-2:999988887777:alias/team/pulumi" },
      [[["kms:Decrypt", "kms:Encrypt"], "arn:aws:kms:us-west-2:999988887777:key/*", aliased]],
    ],
    "Pulumi Cloud and a passphrase": [
      { backend: { url: "https://api.pulumi.com" }, secretsprovider: "passphrase" },
      [],
    ],
  };
  // Three evaluations each.
  for (const [title, [state, expected]] of ofThisTurn(Object.entries(states), 3)) {
    it(`reach the state and its secrets in policies of their own: ${title}`, async () => {
      const environment = { ...process.env };
      for (const name of ["PULUMI_BACKEND_URL", "AWS_REGION", "AWS_DEFAULT_REGION"]) delete process.env[name];
      try {
        const shown = async (purpose: Purpose) =>
          (await granted({}, { purpose }, tagged, state)).policies
            .filter(({ name }) => name === `braintrust-qa-${purpose}-state`)
            .flatMap(({ document }) => document.Statement)
            .map(({ Action, Resource, Condition }) => [
              Action,
              ...Resource,
              ...(Condition ? [Condition] : []),
            ]);
        assert.deepEqual(await shown("deploy"), expected);
        const reads = ["s3:ListBucket", "s3:GetObject", "kms:Decrypt"];
        const read = (await shown("preview")).map(([actions]) => actions);
        assert.deepEqual(read, await shown("verify").then((all) => all.map(([actions]) => actions)));
        assert.ok(read.flat().every((action) => reads.includes(String(action))));
        assert.equal(read.length, expected.length);
      } finally {
        Object.assign(process.env, environment);
      }
    });
  }
});
