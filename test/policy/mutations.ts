import type { DeployedStack, Statement } from "./deployed-stack";

/** A change that breaks a guarantee. */
export interface Mutation {
  readonly title: string;
  /** The recorded stack that is changed. */
  readonly on: "dev" | "prod" | "user" | "topic";
  readonly change: (stack: DeployedStack) => void;
  /** The one policy that reports it, and the resource that it names. */
  readonly caughtBy: string;
  readonly resource: string;
}

const BUCKET = "arn:aws:s3:::braintrust-exports-prod-123456789012-us-east-1";
const policyText = (...statements: Statement[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = (statement: Statement): Statement => ({ Effect: "Allow", ...statement });
const tls = (arn: string, actions = "s3:*") =>
  ({
    Effect: "Deny",
    Principal: "*",
    Action: actions,
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  }) satisfies Statement;

/** Adds a statement to a policy. */
function plus(name: string, type: string, statement: Statement, property?: string) {
  return (stack: DeployedStack) => stack.edit(name, type, (all) => all.push(allow(statement)), property);
}

/** Changes the statement with this Sid. */
function within(name: string, type: string, sid: string, change: Statement, property?: string) {
  return (stack: DeployedStack) =>
    stack.edit(
      name,
      type,
      (all) => {
        const found = all.find(({ Sid }) => Sid === sid);
        if (found === undefined) throw new Error(`no statement ${sid}`);
        Object.assign(found, change);
      },
      property,
    );
}

/** A role of the user's own with this trust. */
const role = (statement: Statement) => (stack: DeployedStack) =>
  stack.add(
    "aws:iam/role:Role",
    "loader",
    { assumeRolePolicy: policyText(allow(statement)) },
    { protect: true },
  );

/** A policy of the user's own. */
const grants = (statement: Statement) => (stack: DeployedStack) =>
  stack.add("aws:iam/policy:Policy", "extra", { policy: policyText(allow(statement)) });

/** A bucket of the user's own with all that a bucket of this stack needs, but for what is left out. */
const bucket =
  (without: string, properties: Statement = {}, options = { protect: true }) =>
  (stack: DeployedStack) => {
    const parts: Record<string, Statement> = {
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      "aws:s3/bucketPolicy:BucketPolicy": { policy: policyText(tls("arn:aws:s3:::acme-scratch")) },
      "aws:s3/bucketVersioning:BucketVersioning": { versioningConfiguration: { status: "Enabled" } },
    };
    stack.add("aws:s3/bucket:Bucket", "scratch", { bucket: "acme-scratch", ...properties }, options);
    for (const [type, part] of Object.entries(parts)) {
      if (type !== without) stack.add(type, "scratch", { bucket: "acme-scratch", ...part });
    }
  };

const expected = (caughtBy: string, resource: string) => ({ caughtBy, resource });

/** Mistakes and shortcuts as they are made: by the console's defaults, by a page found on the web, in a hurry. */
export const mutations: readonly Mutation[] = [
  {
    title: "a bucket policy that publishes the objects",
    on: "prod",
    change: plus("pipeline-bucket-policy", "BucketPolicy", {
      Sid: "PublicRead",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `${BUCKET}/*`,
    }),
    ...expected("no-public-access", "pipeline-bucket-policy"),
  },
  {
    title: "a bucket policy for everybody in TLS",
    on: "dev",
    change: plus("pipeline-bucket-policy", "BucketPolicy", {
      Principal: { AWS: ["*"] },
      Action: ["s3:GetObject"],
      Resource: `${BUCKET}/*`,
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    }),
    ...expected("no-public-access", "pipeline-bucket-policy"),
  },
  {
    title: "everybody whose account is not another one",
    on: "topic",
    change: plus("pipeline-events-topic-policy", "TopicPolicy", {
      Principal: { AWS: "*" },
      Action: "sns:Subscribe",
      Resource: "arn:aws:sns:us-east-1:123456789012:snowpipe-s3-notifications-prod",
      Condition: { StringNotEquals: { "aws:PrincipalAccount": "999999999999" } },
    }),
    ...expected("no-public-access", "pipeline-events-topic-policy"),
  },
  {
    title: "everybody from any address",
    on: "user",
    change: plus("pipeline-events-queue", "Queue", {
      Principal: "*",
      Action: "sqs:ReceiveMessage",
      Resource: "arn:aws:sqs:us-east-1:123456789012:snowpipe-s3-notifications-prod",
      Condition: { IpAddress: { "aws:SourceIp": ["0.0.0.0/0"] } },
    }),
    ...expected("no-public-access", "pipeline-events-queue"),
  },
  {
    title: "everybody from any bucket",
    on: "topic",
    change: plus("pipeline-alerts-policy", "TopicPolicy", {
      Principal: "*",
      Action: "sns:Publish",
      Resource: "arn:aws:sns:us-east-1:123456789012:braintrust-alerts-prod",
      Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } },
    }),
    ...expected("no-public-access", "pipeline-alerts-policy"),
  },
  {
    title: "an organization's condition that holds without an organization",
    on: "prod",
    change: plus("pipeline-key-policy", "KeyPolicy", {
      Principal: { AWS: "*" },
      Action: "kms:Decrypt",
      Resource: "*",
      Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
    }),
    ...expected("no-public-access", "pipeline-key-policy"),
  },
  {
    title: "all principals but one",
    on: "prod",
    change: plus("pipeline-bucket-access-logs-policy", "BucketPolicy", {
      NotPrincipal: { AWS: "arn:aws:iam::999999999999:root" },
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::pipeline-bucket-access-logs-bd9522a/*",
    }),
    ...expected("no-public-access", "pipeline-bucket-access-logs-policy"),
  },
  {
    title: "a secret that everybody may read",
    on: "user",
    change: (stack) =>
      stack.add("aws:secretsmanager/secretPolicy:SecretPolicy", "share", {
        secretArn: "arn:aws:secretsmanager:us-east-1:123456789012:secret:key",
        policy: policyText(allow({ Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*" })),
      }),
    ...expected("no-public-access", "share"),
  },
  {
    title: "public policies let through",
    on: "prod",
    change: (stack) =>
      stack.set("pipeline-bucket-privacy", "BucketPublicAccessBlock", { restrictPublicBuckets: false }),
    ...expected("no-public-access", "pipeline-bucket-privacy"),
  },
  {
    title: "a public access block of which one part is left to its default",
    on: "dev",
    change: (stack) => {
      const entry = stack.entry("pipeline-bucket-privacy", "BucketPublicAccessBlock");
      delete entry.inputs?.ignorePublicAcls;
      delete entry.outputs?.ignorePublicAcls;
    },
    ...expected("no-public-access", "pipeline-bucket-privacy"),
  },
  {
    title: "ACLs switched on",
    on: "prod",
    change: (stack) =>
      stack.set("pipeline-bucket-ownership", "BucketOwnershipControls", {
        rule: { objectOwnership: "ObjectWriter" },
      }),
    ...expected("no-public-access", "pipeline-bucket-ownership"),
  },
  {
    title: "a public ACL",
    on: "prod",
    change: (stack) => stack.add("aws:s3/bucketAcl:BucketAcl", "acl", { bucket: "acme", acl: "public-read" }),
    ...expected("no-public-access", "acl"),
  },
  {
    title: "an ACL for whoever has an AWS account",
    on: "prod",
    change: (stack) =>
      stack.add("aws:s3/bucketAcl:BucketAcl", "acl", {
        bucket: "acme",
        accessControlPolicy: {
          grants: [
            {
              permission: "READ",
              grantee: { type: "Group", uri: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" },
            },
          ],
        },
      }),
    ...expected("no-public-access", "acl"),
  },
  {
    title: "a function that everybody may call",
    on: "dev",
    change: (stack) =>
      stack.add("aws:lambda/permission:Permission", "call", {
        function: "enrich",
        action: "lambda:InvokeFunction",
        principal: "*",
      }),
    ...expected("no-public-access", "call"),
  },
  {
    title: "the block of public access removed",
    on: "prod",
    change: (stack) => stack.remove("pipeline-audit-logs-privacy", "BucketPublicAccessBlock"),
    ...expected("public-access-blocked", "pipeline-audit-logs"),
  },
  {
    title: "another bucket without a block of public access",
    on: "prod",
    change: bucket("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
    ...expected("public-access-blocked", "scratch"),
  },
  {
    title: "another bucket without a policy",
    on: "prod",
    change: bucket("aws:s3/bucketPolicy:BucketPolicy"),
    ...expected("tls-only", "scratch"),
  },
  {
    title: "plain HTTP denied for reading alone",
    on: "prod",
    change: within("pipeline-bucket-policy", "BucketPolicy", "DenyInsecureTransport", {
      Action: "s3:GetObject",
    }),
    ...expected("tls-only", "pipeline-bucket"),
  },
  {
    title: "plain HTTP denied for the bucket but not its objects",
    on: "prod",
    change: within("pipeline-bucket-policy", "BucketPolicy", "DenyInsecureTransport", { Resource: BUCKET }),
    ...expected("tls-only", "pipeline-bucket"),
  },
  {
    title: "plain HTTP denied to one account alone",
    on: "dev",
    change: within("pipeline-bucket-policy", "BucketPolicy", "DenyInsecureTransport", {
      Principal: { AWS: "arn:aws:iam::123456789012:root" },
    }),
    ...expected("tls-only", "pipeline-bucket"),
  },
  {
    title: "plain HTTP denied from outside the network alone",
    on: "prod",
    change: within("pipeline-audit-trail", "BucketPolicy", "DenyInsecureTransport", {
      Condition: { Bool: { "aws:SecureTransport": "false" }, NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
    }),
    ...expected("tls-only", "pipeline-audit-logs"),
  },
  {
    title: "TLS denied in place of plain HTTP",
    on: "user",
    change: within("pipeline-events-queue", "Queue", "DenyInsecureTransport", {
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    }),
    ...expected("tls-only", "pipeline-events-queue"),
  },
  {
    title: "a topic with AWS's default policy",
    on: "topic",
    change: (stack) => stack.remove("pipeline-errors-topic-policy", "TopicPolicy"),
    ...expected("tls-only", "pipeline-errors-topic"),
  },
  {
    title: "a subscription over plain HTTP",
    on: "topic",
    change: (stack) =>
      stack.add("aws:sns/topicSubscription:TopicSubscription", "hook", {
        topic: "arn:aws:sns:us-east-1:123456789012:braintrust-alerts-prod",
        protocol: "http",
        endpoint: "http://hooks.example.com/alerts",
      }),
    ...expected("tls-only", "hook"),
  },
  {
    title: "a second policy of the export bucket",
    on: "prod",
    change: (stack) =>
      stack.add("aws:s3/bucketPolicy:BucketPolicy", "for-the-analysts", {
        bucket: BUCKET.replace("arn:aws:s3:::", ""),
        policy: policyText(tls(BUCKET)),
      }),
    ...expected("one-policy-and-notification", "for-the-analysts"),
  },
  {
    title: "a second notification of the export bucket",
    on: "prod",
    change: (stack) =>
      stack.add("aws:s3/bucketNotification:BucketNotification", "to-lambda", {
        bucket: BUCKET.replace("arn:aws:s3:::", ""),
        lambdaFunctions: [
          {
            lambdaFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:enrich",
            events: ["s3:ObjectCreated:*"],
          },
        ],
      }),
    ...expected("one-policy-and-notification", "to-lambda"),
  },
  {
    title: "a second policy of the topic",
    on: "topic",
    change: (stack) =>
      stack.add("aws:sns/topicPolicy:TopicPolicy", "for-the-analysts", {
        arn: "arn:aws:sns:us-east-1:123456789012:snowpipe-s3-notifications-prod",
        policy: policyText(
          tls("arn:aws:sns:us-east-1:123456789012:snowpipe-s3-notifications-prod", "sns:Publish"),
        ),
      }),
    ...expected("one-policy-and-notification", "for-the-analysts"),
  },
  {
    title: "a bucket with a policy among its own properties",
    on: "prod",
    change: bucket("", { policy: policyText(tls("arn:aws:s3:::acme-scratch")) }),
    ...expected("no-inline-bucket-policy", "scratch"),
  },
  {
    title: "all actions of S3",
    on: "prod",
    change: within("pipeline-braintrust-policy", "Policy", "WriteExports", { Action: "s3:*" }),
    ...expected("no-wildcard-allow", "pipeline-braintrust-policy"),
  },
  {
    title: "all actions of S3 in another spelling",
    on: "dev",
    change: within("pipeline-snowflake-policy", "Policy", "ReadExports", { Action: ["S3:?*"] }),
    ...expected("no-wildcard-allow", "pipeline-snowflake-policy"),
  },
  {
    title: "every action that writes",
    on: "user",
    change: grants({ Action: ["s3:Put*"], Resource: `${BUCKET}/*` }),
    ...expected("no-wildcard-allow", "extra"),
  },
  {
    title: "the administrator's policy in a role",
    on: "prod",
    change: (stack) =>
      stack.add("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "admin", {
        role: "BraintrustExportRole-prod",
        policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
    ...expected("no-wildcard-allow", "admin"),
  },
  {
    title: "AmazonS3FullAccess on Snowflake's group",
    on: "user",
    change: (stack) =>
      stack.set("pipeline-snowflake-user-attachment", "GroupPolicyAttachment", {
        policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
      }),
    ...expected("no-wildcard-allow", "pipeline-snowflake-user-attachment"),
  },
  {
    title: "all buckets",
    on: "prod",
    change: grants({ Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::*/*"] }),
    ...expected("no-wildcard-allow", "extra"),
  },
  {
    title: "decryption with every key",
    on: "prod",
    change: grants({ Action: "kms:Decrypt", Resource: "*" }),
    ...expected("no-wildcard-allow", "extra"),
  },
  {
    title: "everything but IAM",
    on: "prod",
    change: grants({ NotAction: "iam:*", Resource: `${BUCKET}/*` }),
    ...expected("no-wildcard-allow", "extra"),
  },
  {
    title: "an inline policy of a role with every action",
    on: "prod",
    change: (stack) =>
      stack.set("pipeline-snowflake", "Role", {
        inlinePolicies: [{ name: "all", policy: policyText(allow({ Action: "*", Resource: BUCKET })) }],
      }),
    ...expected("no-wildcard-allow", "pipeline-snowflake"),
  },
  {
    title: "AWS's default policy of a key",
    on: "prod",
    change: plus("pipeline-key-policy", "KeyPolicy", {
      Principal: { AWS: "arn:aws:iam::123456789012:root" },
      Action: "kms:*",
      Resource: "*",
    }),
    ...expected("no-wildcard-allow", "pipeline-key-policy"),
  },
  {
    title: "Braintrust's account trusted without an external id",
    on: "prod",
    change: within(
      "pipeline-braintrust",
      "Role",
      "AssumeWithExternalId",
      { Condition: {} },
      "assumeRolePolicy",
    ),
    ...expected("trust-by-external-id", "pipeline-braintrust"),
  },
  {
    title: "every organization of Braintrust",
    on: "prod",
    change: within(
      "pipeline-braintrust",
      "Role",
      "AssumeWithExternalId",
      { Condition: { StringLike: { "sts:ExternalId": "bt:*" } } },
      "assumeRolePolicy",
    ),
    ...expected("trust-by-external-id", "pipeline-braintrust"),
  },
  {
    title: "an external id that is needed only where there is one",
    on: "topic",
    change: within(
      "pipeline-snowflake",
      "Role",
      "AssumeWithExternalId",
      { Condition: { StringEqualsIfExists: { "sts:ExternalId": "braintrust-test-0123456789" } } },
      "assumeRolePolicy",
    ),
    ...expected("trust-by-external-id", "pipeline-snowflake"),
  },
  {
    title: "a role that everybody with the external id may assume",
    on: "prod",
    change: within(
      "pipeline-snowflake",
      "Role",
      "AssumeWithExternalId",
      { Principal: { AWS: "*" } },
      "assumeRolePolicy",
    ),
    ...expected("trust-by-external-id", "pipeline-snowflake"),
  },
  {
    title: "another role for a vendor, by account id alone",
    on: "user",
    change: role({ Principal: { AWS: "887766554433" }, Action: "sts:AssumeRole" }),
    ...expected("trust-by-external-id", "loader"),
  },
  {
    title: "every repository of GitHub",
    on: "prod",
    change: role({
      Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
    }),
    ...expected("trust-by-external-id", "loader"),
  },
  {
    title: "events of anybody's bucket",
    on: "user",
    change: within("pipeline-events-queue", "Queue", "AllowEvents", { Condition: {} }),
    ...expected("services-by-source", "pipeline-events-queue"),
  },
  {
    title: "a topic to which any account's bucket may publish",
    on: "topic",
    change: within("pipeline-events-topic-policy", "TopicPolicy", "AllowEvents", {
      Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:*:*:*" } },
    }),
    ...expected("services-by-source", "pipeline-events-topic-policy"),
  },
  {
    title: "the rotation of the key switched off",
    on: "prod",
    change: (stack) => stack.set("pipeline-key", "Key", { enableKeyRotation: false }),
    ...expected("key-rotation", "pipeline-key"),
  },
  {
    title: "another key with AWS's defaults",
    on: "topic",
    change: (stack) =>
      stack.add("aws:kms/key:Key", "own", { description: "of the loader" }, { protect: true }),
    ...expected("key-rotation", "own"),
  },
  {
    title: "a key that is rotated every five years",
    on: "user",
    change: (stack) => stack.set("pipeline-key", "Key", { rotationPeriodInDays: 1825 }),
    ...expected("key-rotation", "pipeline-key"),
  },
  {
    title: "the export bucket unprotected",
    on: "prod",
    change: (stack) => Object.assign(stack.entry("pipeline-bucket", "Bucket"), { protect: false }),
    ...expected("protected-data", "pipeline-bucket"),
  },
  {
    title: "the secret unprotected",
    on: "user",
    change: (stack) =>
      Object.assign(stack.entry("pipeline-snowflake-user-secret", "Secret"), { protect: false }),
    ...expected("protected-data", "pipeline-snowflake-user-secret"),
  },
  {
    title: "a bucket that is deleted with its contents",
    on: "prod",
    change: (stack) => stack.set("pipeline-audit-logs", "Bucket", { forceDestroy: true }),
    ...expected("protected-data", "pipeline-audit-logs"),
  },
  {
    title: "a secret that is deleted at once",
    on: "user",
    change: (stack) => stack.set("pipeline-snowflake-user-secret", "Secret", { recoveryWindowInDays: 0 }),
    ...expected("protected-data", "pipeline-snowflake-user-secret"),
  },
  {
    title: "a key that is gone after a week",
    on: "topic",
    change: (stack) => stack.set("pipeline-key", "Key", { deletionWindowInDays: 7 }),
    ...expected("protected-data", "pipeline-key"),
  },
  {
    title: "versioning suspended",
    on: "prod",
    change: (stack) =>
      stack.set("pipeline-bucket-versioning", "BucketVersioning", {
        versioningConfiguration: { status: "Suspended" },
      }),
    ...expected("protected-data", "pipeline-bucket-versioning"),
  },
  {
    title: "a table of the user's own, unprotected",
    on: "prod",
    change: (stack) => stack.add("aws:dynamodb/table:Table", "offsets", { hashKey: "file" }),
    ...expected("protected-data", "offsets"),
  },
  {
    title: "another bucket without versions",
    on: "prod",
    change: bucket("aws:s3/bucketVersioning:BucketVersioning"),
    ...expected("versioned-buckets", "scratch"),
  },
];
