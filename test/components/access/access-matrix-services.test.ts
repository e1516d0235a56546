import { ACCOUNT_ID, REGION } from "../../support";
import { act, bucket, connected, inside, matrix, principals, type Row } from "./access";

const { snowflake, outsider, administrator, writer, reader, readerUser } = principals;
const key = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/00000000-0000-0000-0000-000000000000`;
const queue = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:snowpipe-s3-notifications-dev`;
const deadLetters = `${queue}-dlq`;
const topic = `arn:aws:sns:${REGION}:${ACCOUNT_ID}:snowpipe-s3-notifications-dev`;
const s3 = "s3.amazonaws.com";
const plainHttp = { "aws:SecureTransport": "false" };

describe("access matrix: encryption", () => {
  const upload = (encryption?: string, keyArn?: string) =>
    act(writer, "s3:PutObject", inside, {
      ...(encryption === undefined ? {} : { "s3:x-amz-server-side-encryption": encryption }),
      ...(keyArn === undefined ? {} : { "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn }),
    });
  const withOwnKey = act(writer, "s3:PutObject", inside, {
    "s3:x-amz-server-side-encryption-customer-algorithm": "AES256",
  });
  const otherKey = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/11111111-1111-1111-1111-111111111111`;
  const foreignKey = `arn:aws:kms:${REGION}:999900001111:key/00000000-0000-0000-0000-000000000000`;

  matrix("uploads under S3's own keys", { ...connected, encryption: "s3" }, [
    ["Allowed", upload()],
    ["Allowed", upload("AES256")],
    ["ExplicitlyDenied", upload("aws:kms")],
    ["ExplicitlyDenied", upload("aws:kms", key)],
    ["ExplicitlyDenied", upload("aws:kms:dsse", foreignKey)],
    ["ExplicitlyDenied", withOwnKey],
  ]);
  matrix("uploads under the stack's key", { ...connected, encryption: "kms" }, [
    ["Allowed", upload()],
    ["Allowed", upload("aws:kms", key)],
    ["ExplicitlyDenied", upload("aws:kms")],
    ["ExplicitlyDenied", upload("aws:kms", otherKey)],
    ["ExplicitlyDenied", upload("aws:kms", foreignKey)],
    ["ExplicitlyDenied", upload("AES256")],
    ["ExplicitlyDenied", withOwnKey],
  ]);

  const viaS3 = { "kms:ViaService": `s3.${REGION}.amazonaws.com` };
  const reads = (principal: string): Row[] => [
    ["Allowed", act(principal, "kms:Decrypt", key, viaS3)],
    ["Denied", act(principal, "kms:Decrypt", key)],
    ["Denied", act(principal, "kms:Decrypt", key, { "kms:ViaService": "s3.eu-west-1.amazonaws.com" })],
    ["Denied", act(principal, "kms:Decrypt", key, { "kms:ViaService": `sqs.${REGION}.amazonaws.com` })],
    ["Denied", act(principal, "kms:GenerateDataKey", key, viaS3)],
    ["Denied", act(principal, "kms:ScheduleKeyDeletion", key)],
  ];
  const guest = "arn:aws:iam::777788889999:role/analytics";
  matrix("the key", { ...connected, encryption: "kms", crossAccountReaders: [{ arn: guest }] }, [
    ["Allowed", act(writer, "kms:GenerateDataKey", key, viaS3)],
    ["Allowed", act(writer, "kms:Decrypt", key, viaS3)],
    ["Denied", act(writer, "kms:GenerateDataKey", key)],
    ["Denied", act(writer, "kms:Decrypt", key)],
    ["Denied", act(writer, "kms:PutKeyPolicy", key)],
    ...reads(reader),
    ...reads(guest),
    ["Denied", act(snowflake, "kms:Decrypt", key, viaS3)],
    ["Denied", act(outsider, "kms:Decrypt", key, viaS3)],
    ["Denied", act(administrator, "kms:Decrypt", key)],
    ["Denied", act(administrator, "kms:Decrypt", key, viaS3)],
    ["Denied", act(administrator, "kms:GenerateDataKey", key, viaS3)],
    ["Denied", act(administrator, "kms:CreateGrant", key)],
    ["Allowed", act(administrator, "kms:PutKeyPolicy", key)],
    ["Allowed", act(administrator, "kms:CancelKeyDeletion", key)],
    [
      "Denied",
      act(s3, "kms:GenerateDataKey", key, { "aws:SourceArn": bucket, "aws:SourceAccount": ACCOUNT_ID }),
    ],
  ]);
  matrix(
    "the key, for Snowflake's user",
    { ...connected, encryption: "kms", snowflake: { access: "user" } },
    reads(readerUser),
  );
});

describe("access matrix: events", () => {
  const ours = { "aws:SourceArn": bucket, "aws:SourceAccount": ACCOUNT_ID };
  const another = "arn:aws:s3:::another-bucket";
  const fromOurBucketAlone = (action: string, resource: string): Row[] => [
    ["Allowed", act(s3, action, resource, ours)],
    ["Denied", act(s3, action, resource, { ...ours, "aws:SourceArn": another })],
    ["Denied", act(s3, action, resource, { ...ours, "aws:SourceAccount": "999900001111" })],
    ["Denied", act(s3, action, resource, { "aws:SourceArn": bucket })],
    ["Denied", act(s3, action, resource, { "aws:SourceAccount": ACCOUNT_ID })],
    ["Denied", act(s3, action, resource)],
  ];

  matrix("the queue of S3's events", { ...connected, events: { mode: "queue" } }, [
    ...fromOurBucketAlone("sqs:SendMessage", queue),
    ["ExplicitlyDenied", act(s3, "sqs:SendMessage", queue, { ...ours, ...plainHttp })],
    ["Denied", act("sns.amazonaws.com", "sqs:SendMessage", queue, { "aws:SourceArn": topic })],
    ["Denied", act(s3, "sqs:ReceiveMessage", queue, ours)],
    ["Denied", act(outsider, "sqs:SendMessage", queue)],
    ["Denied", act(outsider, "sqs:ReceiveMessage", queue)],
    ["Allowed", act(administrator, "sqs:ReceiveMessage", queue)],
    ["ExplicitlyDenied", act(administrator, "sqs:ReceiveMessage", queue, plainHttp)],
    ["Denied", act(s3, "sqs:SendMessage", deadLetters, ours)],
    ["ExplicitlyDenied", act(administrator, "sqs:ReceiveMessage", deadLetters, plainHttp)],
  ]);

  const sns = { ...connected, encryption: "kms", events: { mode: "sns" } };
  matrix("the topic of S3's events", sns, [
    ...fromOurBucketAlone("sns:Publish", topic),
    ["ExplicitlyDenied", act(s3, "sns:Publish", topic, { ...ours, ...plainHttp })],
    ["Allowed", act(snowflake, "sns:Subscribe", topic)],
    ["Denied", act(snowflake, "sns:Publish", topic)],
    ["Denied", act(snowflake, "sns:DeleteTopic", topic)],
    ["Denied", act("arn:aws:iam::444455556666:user/another", "sns:Subscribe", topic)],
    ["Denied", act(outsider, "sns:Subscribe", topic)],
    ["Denied", act(outsider, "sns:Publish", topic)],
    ["Allowed", act(administrator, "sns:SetTopicAttributes", topic)],
    ["ExplicitlyDenied", act(administrator, "sns:Publish", topic, plainHttp)],
    ...fromOurBucketAlone("kms:GenerateDataKey", key),
    ["Allowed", act(s3, "kms:Decrypt", key, ours)],
    ["Denied", act("sns.amazonaws.com", "kms:Decrypt", key, ours)],
  ]);
  matrix("the queue behind the topic", sns, [
    ["Allowed", act("sns.amazonaws.com", "sqs:SendMessage", queue, { "aws:SourceArn": topic })],
    ["Denied", act("sns.amazonaws.com", "sqs:SendMessage", queue, { "aws:SourceArn": `${topic}2` })],
    ["Denied", act("sns.amazonaws.com", "sqs:SendMessage", queue)],
    ["Denied", act(s3, "sqs:SendMessage", queue, ours)],
    ["ExplicitlyDenied", act(administrator, "sqs:SendMessage", queue, plainHttp)],
  ]);
  const subscriber = "arn:aws:iam::444455556666:user/vj4g-a-abcd1234";
  matrix(
    "a subscriber of its own",
    { ...sns, snowflake: { ...connected.snowflake, snsSubscriberArn: subscriber } },
    [
      ["Allowed", act(subscriber, "sns:Subscribe", topic)],
      ["Denied", act(snowflake, "sns:Subscribe", topic)],
    ],
  );
  matrix("no subscriber yet", { ...sns, snowflake: {} }, [
    ["Denied", act(snowflake, "sns:Subscribe", topic)],
  ]);
});
