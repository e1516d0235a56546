import { trusting } from "../live-account";
import {
  allow,
  bucket,
  grant,
  kms,
  reader,
  removeStatement,
  stranger,
  trustsWith,
  turnsRed,
  writer,
} from "../mutation";

const fromVpc = {
  ...trusting,
  snowflake: { ...trusting.snowflake, network: { vpcIds: ["vpc-c1c234a5"] } },
};

turnsRed("access", [
  ["nothing, where Snowflake reads from its VPC alone", [], () => undefined, fromVpc],
  [
    "Snowflake's reader may read from any network",
    ["access/snowflake-policy", "access/snowflake-elsewhere"],
    (live) => removeStatement(live.identities.get(reader)?.attached[0], "DenyOtherNetworks"),
    fromVpc,
  ],
  [
    "Braintrust's role without an external id",
    ["trust/braintrust", "data/braintrust-external-id"],
    (live) => delete live.trust.get(writer)?.[0]?.Condition,
  ],
  [
    "Braintrust's role for every organization",
    ["trust/braintrust", "data/braintrust-external-id"],
    (live) => trustsWith(live, writer, { StringLike: { "sts:ExternalId": "bt:*" } }),
  ],
  [
    "Braintrust's role for a stranger too",
    ["trust/braintrust"],
    (live) =>
      live.trust
        .get(writer)
        ?.push({ Effect: "Allow", Principal: { AWS: stranger }, Action: "sts:AssumeRole" }),
  ],
  [
    "Snowflake's role with a pattern",
    ["trust/snowflake", "data/snowflake-external-id"],
    (live) => trustsWith(live, reader, { StringLike: { "sts:ExternalId": "acme*" } }),
  ],
  [
    "Braintrust's role may write anywhere",
    ["access/braintrust-policy", "access/braintrust-write-outside", "data/braintrust-write-outside"],
    (live) => grant(live, writer, allow("s3:PutObject", `${bucket}/*`)),
  ],
  [
    "Braintrust's role may write nowhere",
    ["access/braintrust-policy", "access/braintrust-write", "access/braintrust-delete", "data/write"],
    (live) => removeStatement(live.identities.get(writer)?.attached[0], "WriteExports"),
  ],
  [
    "Braintrust's role may list the bucket",
    [
      "access/braintrust-policy",
      "access/braintrust-list-elsewhere",
      "access/braintrust-list-all",
      "data/braintrust-list-all",
    ],
    (live) => grant(live, writer, allow("s3:ListBucket", bucket)),
  ],
  [
    "Braintrust's role may change the bucket's policy",
    ["access/braintrust-policy", "access/braintrust-administer"],
    (live) => grant(live, writer, allow("s3:PutBucketPolicy", bucket)),
  ],
  [
    "Snowflake's reader may read anything",
    ["access/snowflake-policy", "access/snowflake-read-outside", "data/snowflake-read-outside"],
    (live) => grant(live, reader, allow("s3:GetObject", `${bucket}/*`)),
  ],
  [
    "Snowflake's reader may write and delete",
    [
      "access/snowflake-policy",
      "access/snowflake-write",
      "access/snowflake-delete",
      "data/snowflake-write",
      "data/snowflake-delete",
    ],
    (live) =>
      grant(live, reader, allow(["s3:PutObject", "s3:DeleteObject"], `${bucket}/braintrust-exports/*`)),
  ],
  [
    "Snowflake's reader may not read",
    ["access/snowflake-policy", "access/snowflake-read", "data/read"],
    (live) => removeStatement(live.identities.get(reader)?.attached[0], "ReadExports"),
  ],
  [
    "Snowflake's reader without its listing",
    ["access/snowflake-policy", "access/snowflake-list", "data/list"],
    (live) => removeStatement(live.identities.get(reader)?.attached[0], "ReadExportsList"),
  ],
  [
    "Snowflake's reader uses the key by itself",
    ["access/snowflake-policy", "access/snowflake-decrypt-directly"],
    (live) => grant(live, reader, allow("kms:Decrypt", "*")),
    kms,
  ],
  [
    "an inline policy",
    ["access/snowflake-policy"],
    (live) => live.identities.get(reader)?.inline.push("extra"),
  ],
]);
