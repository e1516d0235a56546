import { each, refuses } from "./refusals";

const snowflakeUser = "arn:aws:iam::444455556666:user/snow";

const metacharacters = [
  "*",
  "org*",
  "org?",
  "bt:org",
  "org:1",
  "$" + "{aws:username}",
  "org 1",
  "org\n",
  "",
  "org/1",
];

refuses("ids of Braintrust that would let others in", [
  ...each(
    metacharacters,
    (orgId) => ({ braintrust: { orgId } }),
    "braintrust.orgId",
    /letters, digits, "-" and "_" alone.*would let other organizations in/,
    /copy the id that Braintrust shows/,
  ),
  ...each(
    metacharacters,
    (id) => ({ braintrust: { projectIds: ["fine", id] } }),
    "braintrust.projectIds[1]",
    /letters, digits, "-" and "_" alone/,
    /copy the id/,
  ),
  ...each(
    ["12345678901", "1234567890123", "12345678901a", "", "*"],
    (accountId) => ({ braintrust: { accountId } }),
    "braintrust.accountId",
    /12 digits/,
    /leading zeros and in quotes/,
  ),
  [
    { braintrust: { accountId: 12345678901 } },
    "braintrust.accountId",
    "12345678901",
    /12 digits/,
    /leading zeros/,
  ],
  [{ braintrust: { projectIds: [] } }, "braintrust.projectIds", "[]", /^must have at least 1 item$/, /./],
  [
    { braintrust: { permissions: "all" } },
    "braintrust.permissions",
    '"all"',
    /^must be one of standard, least$/,
    /./,
  ],
]);

const notOneUser = [
  "arn:aws:iam::444455556666:role/snow",
  "arn:aws:iam::444455556666:root",
  "arn:aws:iam::44445555666:user/snow",
  "arn:aws:iam::444455556666:user/*",
  "arn:aws:iam::444455556666:user/",
  "arn:aws:sts::444455556666:user/snow",
  "arn:aws:s3:::user/snow",
  "arn:azure:iam::444455556666:user/snow",
  " arn:aws:iam::444455556666:user/snow",
  "*",
];
const aUser = [/ARN of one IAM user/, /copy the value whole from Snowflake/] as const;

refuses("what Snowflake cannot have said", [
  ...each(notOneUser, (iamUserArn) => ({ snowflake: { iamUserArn } }), "snowflake.iamUserArn", ...aUser),
  ...each(
    notOneUser,
    (snsSubscriberArn) => ({ snowflake: { snsSubscriberArn } }),
    "snowflake.snsSubscriberArn",
    ...aUser,
  ),
  ...each(
    notOneUser,
    (iamUserArn) => ({ snowflake: { errorNotifications: { iamUserArn } } }),
    "snowflake.errorNotifications.iamUserArn",
    ...aUser,
  ),
  ...each(
    ["*", "a", "acme*", "acme?", "$" + "{x}", "a b", "x".repeat(1225)],
    (externalId) => ({ snowflake: { externalId } }),
    "snowflake.externalId",
    /2 to 1224 letters.*no "\*", "\?" or "\$"/,
    /STORAGE_AWS_EXTERNAL_ID/,
  ),
  ...each(
    ["", "line\nbreak", "x".repeat(256), "LAKE\u00a0", "\u200bLAKE", ' "lake"'],
    (database) => ({ snowflake: { database } }),
    "snowflake.database",
    /Snowflake identifier of 1 to 255/,
    /as Snowflake does/,
  ),
  ...each(
    [
      "arn:aws:sns:us-east-1:444455556666:q",
      "arn:aws:sqs:us-east-1:44445555666:q",
      "arn:aws:sqs:us-east-1:444455556666:*",
      "arn:aws:sqs:us-east-1:444455556666:q.fifo",
      "https://sqs.us-east-1.amazonaws.com/444455556666/q",
    ],
    (logs) => ({ events: { notificationChannels: { logs } } }),
    "events.notificationChannels.logs",
    /ARN of one SQS queue/,
    /notification_channel/,
  ),
  [{ snowflake: { access: "key" } }, "snowflake.access", '"key"', /^must be one of role, user$/, /./],
  [{ snowflakeRegion: "Virginia" }, "snowflakeRegion", '"Virginia"', /an AWS region/, /CURRENT_REGION/],
  [
    { snowflakeRegion: "AZURE_EASTUS2" },
    "snowflakeRegion",
    '"AZURE_EASTUS2"',
    /an AWS region/,
    /Azure or Google Cloud, remove this setting: Snowpipe reads S3 from there too/,
  ],
]);

const notOnePrincipal = [
  ...["*", "arn:aws:iam::777788889999:role/*", "arn:aws:iam::77778888999:role/r", "777788889999"],
  ...[
    "arn:aws:s3:::bucket",
    "arn:aws:sts::777788889999:assumed-role/r/s",
    "arn:aws:iam::777788889999:group/g",
  ],
];
refuses("readers that are no one principal", [
  ...each(
    notOnePrincipal,
    (arn) => ({ crossAccountReaders: [{ arn }] }),
    "crossAccountReaders[0].arn",
    /ARN of one IAM role, user or account root/,
    /a wildcard is not a principal/,
  ),
  [
    { crossAccountReaders: [{ arn: snowflakeUser, prefixes: [] }] },
    "crossAccountReaders[0].prefixes",
    "[]",
    /^must have at least 1 item$/,
    /./,
  ],
  [{ crossAccountReaders: [{}] }, "crossAccountReaders[0].arn", "(unset)", /^must be a text$/, /./],
]);
