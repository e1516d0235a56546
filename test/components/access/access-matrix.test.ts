import { act, assume, bucket, connected, inside, matrix, outside, principals, type Row } from "./access";

const { braintrust, snowflake, outsider, administrator, writer, reader, readerUser } = principals;

describe("access matrix: files", () => {
  const list = (principal: string, prefix?: string) =>
    act(principal, "s3:ListBucket", bucket, prefix === undefined ? {} : { "s3:prefix": prefix });
  const listsBelowPrefixAlone = (principal: string): Row[] => [
    ["Allowed", list(principal, "braintrust-exports")],
    ["Allowed", list(principal, "braintrust-exports/")],
    ["Allowed", list(principal, "braintrust-exports/logs/")],
    ["Denied", list(principal)],
    ["Denied", list(principal, "")],
    ["Denied", list(principal, "other/")],
    ["Denied", list(principal, "braintrust-exports-of-others/")],
    ["Allowed", act(principal, "s3:GetBucketLocation", bucket)],
  ];
  const anywhere = (principal: string, verdict: Row[0], actions: readonly string[]): Row[] =>
    actions.flatMap((action): Row[] => [
      [verdict, act(principal, action, inside)],
      ["Denied", act(principal, action, outside)],
    ]);
  const neverAtAll = (principal: string): Row[] =>
    [
      ...["s3:DeleteBucket", "s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:PutLifecycleConfiguration"],
      ...["s3:PutBucketPublicAccessBlock", "s3:PutBucketNotification", "s3:PutBucketVersioning"],
    ].map((action): Row => ["Denied", act(principal, action, bucket)]);
  const insecure = (principal: string, action: string): Row[] => [
    ["ExplicitlyDenied", act(principal, action, inside, { "aws:SecureTransport": "false" })],
    ["ExplicitlyDenied", act(principal, action, inside, { "s3:TlsVersion": "1.1" })],
    ["ExplicitlyDenied", act(principal, action, inside, { "s3:TlsVersion": "1.0" })],
    ["Allowed", act(principal, action, inside, { "s3:TlsVersion": "1.2" })],
  ];
  const writes = [
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
  ];
  const reads = ["s3:GetObject", "s3:GetObjectVersion"];
  const retention = ["s3:BypassGovernanceRetention", "s3:PutObjectRetention", "s3:PutObjectLegalHold"];

  matrix("the writer, standard", connected, [
    ...anywhere(writer, "Allowed", writes),
    ...anywhere(writer, "Allowed", [
      "s3:PutObjectAcl",
      "s3:DeleteObjectVersion",
      "s3:GetObject",
      "s3:GetObjectAcl",
    ]),
    ...anywhere(writer, "Denied", ["s3:GetObjectVersion", "s3:PutObjectTagging", ...retention]),
    ...listsBelowPrefixAlone(writer),
    ["Allowed", act(writer, "s3:ListBucketVersions", bucket, { "s3:prefix": "braintrust-exports/" })],
    ["Denied", act(writer, "s3:ListBucketVersions", bucket)],
    ["Allowed", act(writer, "s3:ListBucketMultipartUploads", bucket)],
    ...neverAtAll(writer),
    ...insecure(writer, "s3:PutObject"),
  ]);
  matrix(
    "the writer, least",
    { ...connected, braintrust: { ...connected.braintrust, permissions: "least" } },
    [
      ...anywhere(writer, "Allowed", [...writes, "s3:PutObjectAcl"]),
      ...anywhere(writer, "Denied", [...reads, "s3:GetObjectAcl", "s3:DeleteObjectVersion"]),
      ...anywhere(writer, "Denied", retention),
      ...listsBelowPrefixAlone(writer),
      ["Denied", act(writer, "s3:ListBucketVersions", bucket, { "s3:prefix": "braintrust-exports/" })],
      ["Allowed", act(writer, "s3:ListBucketMultipartUploads", bucket)],
      ...neverAtAll(writer),
      ...insecure(writer, "s3:PutObject"),
    ],
  );

  const readsAndNothingElse = (principal: string): Row[] => [
    ...anywhere(principal, "Allowed", reads),
    ...anywhere(principal, "Denied", [...writes, "s3:PutObjectAcl", "s3:DeleteObjectVersion", ...retention]),
    ...listsBelowPrefixAlone(principal),
    ["Denied", act(principal, "s3:ListBucketVersions", bucket, { "s3:prefix": "braintrust-exports/" })],
    ...neverAtAll(principal),
    ...insecure(principal, "s3:GetObject"),
  ];
  matrix("Snowflake's role", connected, readsAndNothingElse(reader));
  matrix(
    "Snowflake's user",
    { ...connected, snowflake: { access: "user" } },
    readsAndNothingElse(readerUser),
  );

  const guest = "arn:aws:iam::777788889999:role/analytics";
  const traces = `${bucket}/braintrust-exports/traces/1.jsonl`;
  matrix("another account's reader", { ...connected, crossAccountReaders: [{ arn: guest }] }, [
    ...readsAndNothingElse(guest),
    ["Denied", act("arn:aws:iam::777788889999:role/another", "s3:GetObject", inside)],
  ]);
  matrix(
    "another account's readers, each with prefixes",
    {
      ...connected,
      crossAccountReaders: [
        { arn: guest, prefixes: ["braintrust-exports/traces/"] },
        {
          arn: "arn:aws:iam::222233334444:root",
          prefixes: ["braintrust-exports/logs/", "braintrust-exports/shared/"],
        },
      ],
    },
    [
      ["Allowed", act(guest, "s3:GetObject", traces)],
      ["Denied", act(guest, "s3:GetObject", inside)],
      ["Denied", list(guest, "braintrust-exports/")],
      ["Allowed", list(guest, "braintrust-exports/traces/")],
      ["Denied", act(guest, "s3:PutObject", traces)],
      ["Allowed", act("arn:aws:iam::222233334444:role/any", "s3:GetObject", inside)],
      [
        "Allowed",
        act(
          "arn:aws:iam::222233334444:role/any",
          "s3:GetObject",
          `${bucket}/braintrust-exports/shared/1.jsonl`,
        ),
      ],
      ["Denied", act("arn:aws:iam::222233334444:role/any", "s3:GetObject", traces)],
    ],
  );
  const foreign = { "aws:ResourceAccount": "999900001111" };
  matrix("a bucket of the same name in another account", connected, [
    ["Denied", act(writer, "s3:PutObject", inside, foreign)],
    ["Denied", act(writer, "s3:GetBucketLocation", bucket, foreign)],
    ["Denied", act(writer, "s3:ListBucket", bucket, { ...foreign, "s3:prefix": "braintrust-exports/" })],
    ["Denied", act(reader, "s3:GetObject", inside, foreign)],
    ["Denied", act(reader, "s3:GetBucketLocation", bucket, foreign)],
    ["Denied", act(reader, "s3:ListBucket", bucket, { ...foreign, "s3:prefix": "braintrust-exports/" })],
  ]);
  const sharedKey = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000";
  const otherKey = {
    "s3:x-amz-server-side-encryption": "aws:kms",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:us-east-1:123456789012:key/other",
  };
  const { bucketName: _, ...others } = connected;
  matrix(
    "a bucket that others use too",
    { ...others, existingBucket: "acme-exports", existingKmsKeyArn: sharedKey },
    [
      ["ExplicitlyDenied", act(administrator, "s3:PutObject", inside, otherKey)],
      ["Allowed", act(administrator, "s3:PutObject", outside, otherKey)],
      [
        "Allowed",
        act(administrator, "s3:PutObject", outside, {
          "s3:x-amz-server-side-encryption-customer-algorithm": "AES256",
        }),
      ],
    ],
  );
  const usesKey = (actor: string, action: string, key: string, service = "s3.us-east-1.amazonaws.com") =>
    act(actor, action, key, { "kms:ViaService": service });
  const stackKey = sharedKey.replace("0000-4000-8000", "0000-0000-0000");
  const anotherKey = sharedKey.replace(/.{4}$/, "0001");
  matrix("a key of the company's own", { ...connected, encryption: "kms", kmsKeyArn: sharedKey }, [
    ["Allowed", usesKey(writer, "kms:GenerateDataKey", sharedKey)],
    ["Allowed", usesKey(writer, "kms:Decrypt", sharedKey)],
    ["Allowed", usesKey(reader, "kms:Decrypt", sharedKey)],
    ["Denied", usesKey(reader, "kms:GenerateDataKey", sharedKey)],
    ["Denied", usesKey(writer, "kms:GenerateDataKey", anotherKey)],
    ["Denied", usesKey(reader, "kms:Decrypt", anotherKey)],
    ["Denied", usesKey(reader, "kms:Decrypt", sharedKey, "s3.eu-central-1.amazonaws.com")],
    ["Denied", act(reader, "kms:Decrypt", sharedKey)],
    ["ExplicitlyDenied", act(writer, "s3:PutObject", inside, otherKey)],
  ]);
  const lake = "arn:aws:iam::777788889999:role/lake";
  const member = { "aws:PrincipalOrgID": "o-a1b2c3d4e5" };
  matrix(
    "statements of the company's own",
    {
      ...connected,
      crossAccountReaders: [{ arn: guest }],
      bucketPolicyStatements: [
        {
          Sid: "AllowLake",
          Effect: "Allow",
          Principal: { AWS: lake },
          Action: "s3:GetObject",
          Resource: `${bucket}/braintrust-exports/logs/*`,
        },
        {
          Sid: "AllowMembers",
          Effect: "Allow",
          Principal: "*",
          Action: "s3:ListBucket",
          Condition: { StringEquals: member },
        },
        {
          Sid: "DenyStrangers",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
        },
      ],
    },
    [
      ["Allowed", act(lake, "s3:GetObject", inside, member)],
      ["Denied", act(lake, "s3:GetObject", traces, member)],
      ["Denied", act(lake, "s3:PutObject", inside, member)],
      ["ExplicitlyDenied", act(lake, "s3:GetObject", inside)],
      ["ExplicitlyDenied", act(lake, "s3:GetObject", inside, { "aws:PrincipalOrgID": "o-another" })],
      ["ExplicitlyDenied", act(lake, "s3:GetObject", inside, { ...member, "aws:SecureTransport": "false" })],
      ["Allowed", act(outsider, "s3:ListBucket", bucket, member)],
      ["Denied", act(outsider, "s3:GetObject", inside, member)],
      ["ExplicitlyDenied", act(outsider, "s3:ListBucket", bucket)],
      ["Allowed", act(guest, "s3:GetObject", inside, member)],
      ["ExplicitlyDenied", act(guest, "s3:GetObject", inside)],
      ["Allowed", act(writer, "s3:PutObject", inside, member)],
      ["Allowed", act(reader, "s3:GetObject", inside, member)],
      ["Denied", act(reader, "s3:GetObject", outside, member)],
      ["ExplicitlyDenied", act(administrator, "s3:DeleteBucket", bucket)],
    ],
  );
  const copier = writer.replace("BraintrustExportRole", "BraintrustReplicationRole");
  const replicaKey = "arn:aws:kms:eu-west-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const versions = [
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
  ];
  const copierReads: Row[] = [
    ...anywhere(copier, "Allowed", versions),
    ...anywhere(copier, "Denied", [
      "s3:GetObject",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:ReplicateObject",
      ...retention,
    ]),
    ["Allowed", act(copier, "s3:GetReplicationConfiguration", bucket)],
    ["Denied", act(copier, "s3:PutReplicationConfiguration", bucket)],
    ["Denied", act(copier, "s3:GetObjectVersionForReplication", inside, foreign)],
    ["Allowed", assume("s3.amazonaws.com", copier)],
    ["Denied", assume(administrator, copier)],
    ["Denied", assume(outsider, copier)],
    ["Denied", assume("lambda.amazonaws.com", copier)],
  ];
  matrix(
    "a replication",
    { ...connected, replication: { bucketArn: "arn:aws:s3:::acme-replicas" } },
    copierReads,
  );
  matrix(
    "a replication to another account, under keys",
    {
      ...connected,
      encryption: "kms",
      kmsKeyArn: sharedKey,
      objectLock: { mode: "GOVERNANCE", days: 1 },
      replication: {
        bucketArn: "arn:aws:s3:::acme-replicas",
        accountId: "999988887777",
        kmsKeyArn: replicaKey,
      },
    },
    [
      ...copierReads.filter(([, { action }]) => !retention.includes(action)),
      ...anywhere(copier, "Allowed", ["s3:GetObjectRetention", "s3:GetObjectLegalHold"]),
      ["Allowed", usesKey(copier, "kms:Decrypt", sharedKey)],
      ["Denied", usesKey(copier, "kms:GenerateDataKey", sharedKey)],
      ["Denied", usesKey(copier, "kms:Decrypt", sharedKey, "s3.eu-west-1.amazonaws.com")],
      ["Denied", act(copier, "kms:Decrypt", sharedKey)],
      ["Denied", usesKey(copier, "kms:Decrypt", anotherKey)],
    ],
  );
  matrix(
    "a replication of exports under the stack's key",
    {
      ...connected,
      encryption: "kms",
      replication: { bucketArn: "arn:aws:s3:::acme-replicas", kmsKeyArn: replicaKey },
    },
    [
      ["Allowed", usesKey(copier, "kms:Decrypt", stackKey)],
      ["Denied", usesKey(copier, "kms:GenerateDataKey", stackKey)],
      ["Denied", act(copier, "kms:Decrypt", stackKey)],
    ],
  );
  matrix("everybody else", connected, [
    ["Denied", act(guest, "s3:GetObject", inside)],
    ["Denied", act(outsider, "s3:GetObject", inside)],
    ["Denied", act(outsider, "s3:PutObject", inside)],
    ["Denied", list(outsider, "braintrust-exports/")],
    ["Denied", act(braintrust, "s3:PutObject", inside)],
    ["Denied", act(snowflake, "s3:GetObject", inside)],
    ["Allowed", act(administrator, "s3:GetObject", inside)],
    ["ExplicitlyDenied", act(administrator, "s3:GetObject", inside, { "aws:SecureTransport": "false" })],
    ["ExplicitlyDenied", act(administrator, "s3:ListBucket", bucket, { "aws:SecureTransport": "false" })],
    ["ExplicitlyDenied", act(administrator, "s3:ListBucket", bucket, { "s3:TlsVersion": "1.1" })],
  ]);
});
