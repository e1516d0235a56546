import assert from "node:assert/strict";
import { renderPlan } from "../../../automation/plan/render";
import { planOf } from "../../automation/plan/full-stack";
import { ACCOUNT_ID, deployProgram, problemsOf } from "../../support";
import { type Case, refuses } from "../settings/refusals";

const CONFIG = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const bucketArn = "arn:aws:s3:::acme-replicas";
const kmsKeyArn = "arn:aws:kms:eu-west-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const accountId = "999988887777";
const kms = { encryption: "kms", replication: { bucketArn, accountId, kmsKeyArn } };

describe("replication", () => {
  const written = async (given: Record<string, unknown>, secretKeys: string[] = []) => {
    const { deployed, outputs } = await deployProgram(given, { secretKeys });
    const config = deployed.only(CONFIG);
    const role = deployed.named("pipeline-replication-role", "aws:iam/role:Role");
    return { deployed, outputs, config, role };
  };

  it("copies exports of SSE-S3 within the account, and nothing that is deleted", async () => {
    const { config, role, outputs } = await written({ replication: { bucketArn } });
    assert.deepEqual(config.inputs.rules, [
      {
        id: "BraintrustExports",
        status: "Enabled",
        priority: 1,
        filter: { prefix: "braintrust-exports/" },
        deleteMarkerReplication: { status: "Disabled" },
        destination: { bucket: bucketArn },
      },
    ]);
    assert.equal(role.inputs.name, "BraintrustReplicationRole-dev");
    assert.equal(config.inputs.role, outputs.replicationRoleArn);
  });

  it("copies exports under a key to another account, in a class of its own, under a key of theirs", async () => {
    const { config } = await written({
      ...kms,
      replication: { ...kms.replication, storageClass: "GLACIER_IR" },
    });
    const [rule] = config.inputs.rules as Record<string, unknown>[];
    assert.deepEqual(rule?.sourceSelectionCriteria, { sseKmsEncryptedObjects: { status: "Enabled" } });
    assert.deepEqual(rule?.destination, {
      bucket: bucketArn,
      storageClass: "GLACIER_IR",
      account: accountId,
      accessControlTranslation: { owner: "Destination" },
      encryptionConfiguration: { replicaKmsKeyId: kmsKeyArn },
    });
  });

  it("waits for the bucket's versioning and for the role's rights, which S3 checks", async () => {
    const { deployed, config } = await written({ replication: { bucketArn } });
    const versioning = deployed.named("pipeline-bucket-versioning");
    const rights = deployed.named("pipeline-replication-rights");
    assert.ok(deployed.waits(config, versioning) && deployed.waits(config, rights));
  });

  it("has the name, path and boundary that an organization asks for, and is protected as roles are", async () => {
    const boundary = "arn:aws:iam::123456789012:policy/Boundary";
    const iam = { path: "/data/", permissionsBoundaryArn: boundary, names: { replicationRole: "acme-copy" } };
    const { role } = await written({ protect: true, replication: { bucketArn }, iam });
    const { name, path, permissionsBoundary } = role.inputs;
    assert.deepEqual(
      [name, path, permissionsBoundary, role.protect],
      ["acme-copy", "/data/", boundary, true],
    );
  });

  it("stays secret where it is encrypted", async () => {
    const { deployed } = await written(kms, ["replication"]);
    const shown = deployed.resources.filter(({ inputs, secretInputs }) =>
      Object.entries(inputs).some(
        ([key, value]) => !secretInputs.includes(key) && JSON.stringify(value)?.includes("acme-replicas"),
      ),
    );
    assert.deepEqual(
      shown.map(({ name }) => name),
      [],
    );
  });

  it("says in the plan what the destination's owner must do", async () => {
    const own = Object.entries({ ...kms, objectLock: { mode: "GOVERNANCE", days: 1 } });
    const values = Object.fromEntries(own.map(([key, value]) => [`braintrust-snowflake:${key}`, value]));
    const text = renderPlan(await planOf("dev", { "aws:region": "us-east-1", ...values }), {
      color: false,
      width: 2_000,
    });
    assert.match(
      text,
      /let its owner turn on versioning and Object Lock before `up`, which S3 refuses otherwise; then allow s3:ReplicateObject, s3:ReplicateTags, s3:ObjectOwnerOverrideToBucketOwner on arn:aws:s3:::acme-replicas\/\* to the output replicationRoleArn; allow it kms:Encrypt and kms:GenerateDataKey on arn:aws:kms:eu-west-1/,
    );
    assert.match(text, /s3\.BucketReplication\w* .*new exports to .*acme-replicas/);
  });

  it("leaves the account's own names free, and takes none twice", () => {
    const name = (snowflakeRole: string) => ({
      replication: { bucketArn },
      iam: { names: { replicationRole: "acme-copy", snowflakeRole } },
    });
    assert.deepEqual(problemsOf(name("acme-read")), []);
    assert.equal(problemsOf(name("ACME-copy"))[0]?.key, "iam.names.replicationRole");
    assert.notEqual(accountId, ACCOUNT_ID);
  });
});

const at = (key: string, given: object, value: unknown, rule: RegExp, fix: RegExp): Case => [
  given as Record<string, unknown>,
  `replication${key}`,
  value === undefined ? "(unset)" : JSON.stringify(value),
  rule,
  fix,
];

refuses("replications that would copy nothing", [
  at(
    "",
    { existingBucket: "acme", replication: { bucketArn } },
    { bucketArn },
    /versioning, and existingBucket/,
    /bucket's owner/,
  ),
  at(
    ".bucketArn",
    { bucketName: "acme-replicas", replication: { bucketArn } },
    bucketArn,
    /the bucket that is replicated/,
    /another/,
  ),
  at(
    ".bucketArn",
    { replication: { bucketArn: `${bucketArn}/copies` } },
    `${bucketArn}/copies`,
    /ARN of one bucket/,
    /without a path/,
  ),
  at(
    ".bucketArn",
    { replication: { bucketArn: "acme-replicas" } },
    "acme-replicas",
    /ARN of one bucket/,
    /write/,
  ),
  at(
    ".bucketArn",
    { replication: { bucketArn: "arn:aws-cn:s3:::acme-replicas" } },
    "arn:aws-cn:s3:::acme-replicas",
    /partition aws-cn/,
    /own partition/,
  ),
  at(
    ".kmsKeyArn",
    { encryption: "kms", replication: { bucketArn } },
    undefined,
    /required with encryption kms/,
    /destination's region/,
  ),
  at(
    ".kmsKeyArn",
    { replication: { bucketArn, kmsKeyArn } },
    kmsKeyArn,
    /no effect with encryption s3/,
    /set encryption to kms/,
  ),
  at(
    ".storageClass",
    { replication: { bucketArn, storageClass: "REDUCED_REDUNDANCY" } },
    "REDUCED_REDUNDANCY",
    /one of STANDARD/,
    /./,
  ),
]);
