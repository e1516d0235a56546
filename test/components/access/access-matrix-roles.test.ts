import { act, assume, connected, matrix, principals, type Row } from "./access";

const { braintrust, snowflake, outsider, administrator, writer, reader } = principals;
const automation = "bt:org-1:project-1:automation";

describe("access matrix: roles", () => {
  const nobodyBecomesWriter: Row[] = [
    ["ExplicitlyDenied", assume(braintrust, writer, automation)],
    ["ExplicitlyDenied", assume(braintrust, writer)],
    ["ExplicitlyDenied", assume(administrator, writer, automation)],
    ["ExplicitlyDenied", assume(outsider, writer, automation)],
  ];
  const nobodyBecomesReader: Row[] = [
    ["ExplicitlyDenied", assume(snowflake, reader, "acme_id=1")],
    ["ExplicitlyDenied", assume(administrator, reader, "acme_id=1")],
    ["ExplicitlyDenied", assume(outsider, reader)],
  ];
  const braintrustBecomesWriter: Row[] = [
    ["Allowed", assume(braintrust, writer, automation)],
    ["Denied", assume(braintrust, writer, "bt:org-1x:project-1:automation")],
    ["Denied", assume(braintrust, writer, "bt:org-2:project-1:automation")],
    ["Denied", assume(braintrust, writer, "bt:*:project-1:automation")],
    ["Denied", assume(braintrust, writer, "bt:org-1")],
    ["Denied", assume(braintrust, writer)],
    ["Denied", assume(outsider, writer, automation)],
    ["Denied", assume(snowflake, writer, automation)],
    ["Denied", assume(administrator, writer, automation)],
  ];
  const { externalId: _, ...withoutExternalId } = connected.snowflake;

  matrix("awaiting Braintrust", { bucketName: "acme-exports" }, [
    ...nobodyBecomesWriter,
    ...nobodyBecomesReader,
  ]);
  matrix(
    "awaiting Braintrust's account",
    { ...connected, braintrust: { orgId: "org-1" } },
    nobodyBecomesWriter,
  );
  matrix("awaiting Snowflake", { ...connected, snowflake: {} }, [
    ...braintrustBecomesWriter,
    ...nobodyBecomesReader,
  ]);
  matrix("awaiting the external id", { ...connected, snowflake: withoutExternalId }, nobodyBecomesReader);
  matrix("connected", connected, [
    ...braintrustBecomesWriter,
    ["Allowed", assume(snowflake, reader, "acme_id=1")],
    ["Denied", assume(snowflake, reader, "acme_id=12")],
    ["Denied", assume(snowflake, reader, "ACME_ID=1")],
    ["Denied", assume(snowflake, reader)],
    ["Denied", assume("arn:aws:iam::444455556666:user/another", reader, "acme_id=1")],
    ["Denied", assume(braintrust, reader, "acme_id=1")],
    ["Denied", assume(administrator, reader, "acme_id=1")],
    ["Denied", assume(outsider, reader, "acme_id=1")],
  ]);
  matrix(
    "two projects alone",
    { ...connected, braintrust: { ...connected.braintrust, projectIds: ["project-1", "project-2"] } },
    [
      ["Allowed", assume(braintrust, writer, "bt:org-1:project-1:a")],
      ["Allowed", assume(braintrust, writer, "bt:org-1:project-2:a")],
      ["Denied", assume(braintrust, writer, "bt:org-1:project-3:a")],
      ["Denied", assume(braintrust, writer, "bt:org-1:project-11:a")],
      ["Denied", assume(braintrust, writer, "bt:org-2:project-1:a")],
    ],
  );
  const ownWriter = "arn:aws:iam::777788889999:role/braintrust-api";
  matrix(
    "a self-hosted data plane",
    { ...connected, braintrust: { orgId: "org-1", principalArns: [ownWriter] } },
    [
      ["Allowed", assume(ownWriter, writer, "bt:org-1:project:automation")],
      ["Denied", assume(ownWriter, writer, "bt:org-2:project:automation")],
      ["Denied", assume(ownWriter, writer)],
      ["Denied", assume("arn:aws:iam::777788889999:role/another", writer, "bt:org-1:p:a")],
      ["Denied", assume(braintrust, writer, "bt:org-1:p:a")],
    ],
  );
  const role = "arn:aws:iam::123456789012:role/SnowflakeErrorRole-dev";
  const topic = "arn:aws:sns:us-east-1:123456789012:snowpipe-errors-dev";
  const errors = { enabled: true, iamUserArn: snowflake, externalId: "errors=1" };
  matrix(
    "load errors, not yet connected",
    { ...connected, snowflake: { ...connected.snowflake, errorNotifications: { enabled: true } } },
    [["ExplicitlyDenied", assume(snowflake, role, "errors=1")]],
  );
  matrix("load errors", { ...connected, snowflake: { ...connected.snowflake, errorNotifications: errors } }, [
    ["Allowed", assume(snowflake, role, "errors=1")],
    ["Denied", assume(snowflake, role, "acme_id=1")],
    ["Denied", assume(outsider, role, "errors=1")],
    ["Allowed", act(role, "sns:Publish", topic)],
    ["ExplicitlyDenied", act(role, "sns:Publish", topic, { "aws:SecureTransport": "false" })],
    ["Denied", act(role, "sns:Subscribe", topic)],
    ["Denied", act(outsider, "sns:Publish", topic)],
    ["Denied", act(snowflake, "sns:Publish", topic)],
  ]);
});
