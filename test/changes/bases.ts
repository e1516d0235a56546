import { PROJECT } from "../../components/settings/settings";

/** Settings as a stack's file has them. */
export type Raw = Readonly<Record<string, unknown>>;

/** A stack whose settings are filled in, so that a change of any of them shows. */
export interface Base {
  readonly stack: string;
  /** What it stands for. */
  readonly title: string;
  readonly settings: Raw;
}

const snowflakeUser = "arn:aws:iam::444455556666:user/ci-snowflake";
const queue = (name: string) => `arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-${name}`;
const snowflake = {
  iamUserArn: snowflakeUser,
  externalId: "braintrust-example-1234567890",
  errorNotifications: { enabled: true, iamUserArn: snowflakeUser, externalId: "errors-example-1234567890" },
};
const network = {
  vpcIds: ["vpc-c1c234a5", "vpc-0a1b2c3d4e5f67890", "vpc-1234abcd"],
  vpcEndpointIds: ["vpce-1a2b3c4d", "vpce-0123456789abcdef0"],
};
const replication = {
  bucketArn: "arn:aws:s3:::acme-replicas",
  accountId: "999988887777",
  kmsKeyArn: "arn:aws:kms:eu-west-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab",
};
const events = {
  notificationChannels: { traces: queue("traces"), spans: queue("spans"), scores: queue("scores") },
  fileEvents: ["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload"],
};
const filledIn = {
  streams: [{ name: "traces" }, { name: "spans", format: "parquet" }, { name: "scores" }],
  braintrust: {
    accountId: "222233334444",
    orgId: "example",
    projectIds: ["chat", "search", "agents"],
  },
  crossAccountReaders: [
    {
      arn: "arn:aws:iam::777788889999:role/reporting",
      prefixes: ["braintrust-exports/traces/", "braintrust-exports/spans/", "braintrust-exports/scores/"],
    },
    { arn: "arn:aws:iam::777788889999:role/audit" },
    { arn: "arn:aws:iam::888899990000:root" },
  ],
  bucketPolicyStatements: [
    {
      Sid: "DenyContractors",
      Effect: "Deny",
      Principal: { AWS: "arn:aws:iam::777788889999:role/contractors" },
      Action: "s3:*",
      Condition: { StringNotEquals: { "aws:PrincipalTag/team": "data" } },
    },
    {
      Sid: "AllowInventory",
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: ["s3:PutObject"],
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    },
    {
      Sid: "DenyOutsideOrganization",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:GetObject",
      Condition: {
        StringNotEqualsIfExists: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
        Bool: { "aws:PrincipalIsAWSService": false },
      },
    },
  ],
  monitoring: {
    alertEmails: ["first@example.com", "second@example.com", "third@example.com"],
    monthlyBudgetUsd: 50,
    costTag: "stack",
    costAnomalyUsd: 20,
  },
};

/** Production, development, Snowflake by keys, and events by a topic. */
export const bases: readonly Base[] = [
  {
    stack: "prod",
    title: "production, with its defaults",
    settings: { ...filledIn, snowflake, events, replication },
  },
  {
    stack: "dev",
    title: "development, with its defaults",
    settings: { ...filledIn, snowflake: { ...snowflake, network }, events },
  },
  {
    stack: "user",
    title: "production where Snowflake reads with the keys of a user (`snowflake.access`)",
    settings: {
      ...filledIn,
      snowflake: {
        ...snowflake,
        network,
        access: "user",
        accessKeys: [{ name: "spring" }, { name: "autumn" }],
      },
      events,
    },
  },
  {
    stack: "topic",
    title: "production where events go to a topic (`events.mode`)",
    settings: {
      ...filledIn,
      braintrust: {
        ...filledIn.braintrust,
        principalArns: ["api", "brainstore"].map((name) => `arn:aws:iam::777788889999:role/${name}`),
      },
      snowflake,
      events: { ...events, mode: "sns" },
    },
  },
];

/** The configuration of a stack with these settings, by whole keys. */
export function configurationOf({ stack, settings }: Base): Readonly<Record<string, unknown>> {
  const own = Object.entries(settings).map(([key, value]) => [`${PROJECT}:${key}`, value]);
  return {
    "aws:region": "us-east-1",
    "aws:defaultTags": { tags: { stack, "Cost Center": "42" } },
    ...Object.fromEntries(own),
  };
}
