import { act, bucket, connected, inside, matrix, outside, principals, type Row } from "./access";

const { administrator, writer, reader, readerUser } = principals;

describe("access matrix: networks", () => {
  const guest = "arn:aws:iam::777788889999:role/analytics";
  const from = (vpc?: string, endpoint?: string) => ({
    ...(vpc && { "aws:SourceVpc": vpc }),
    ...(endpoint && { "aws:SourceVpce": endpoint }),
  });
  const [ours, theirs] = ["vpc-0a1b2c3d4e5f67890", "vpc-c1c234a5"];
  const readsFrom = (principal: string, verdict: Row[0], context: Record<string, string>): Row[] => [
    ...["s3:GetObject", "s3:GetObjectVersion"].map(
      (action): Row => [verdict, act(principal, action, inside, context)],
    ),
    [verdict, act(principal, "s3:ListBucket", bucket, { ...context, "s3:prefix": "braintrust-exports/" })],
    [verdict, act(principal, "s3:GetBucketLocation", bucket, context)],
  ];
  const everybodyElse: Row[] = [
    ["Allowed", act(writer, "s3:PutObject", inside)],
    ["Allowed", act(writer, "s3:GetObject", inside, from("vpc-ffffffff"))],
    ["Allowed", act(guest, "s3:GetObject", inside)],
    ["Allowed", act(administrator, "s3:GetObject", inside)],
    ["Allowed", act(administrator, "s3:PutBucketPolicy", bucket, from("vpc-ffffffff"))],
  ];
  for (const access of ["role", "user"] as const) {
    const who = access === "role" ? reader : readerUser;
    const networked = (network: object) => ({
      ...connected,
      crossAccountReaders: [{ arn: guest }],
      snowflake: { ...connected.snowflake, access, network },
    });
    matrix(`Snowflake's ${access} from its VPCs alone`, networked({ vpcIds: [ours, theirs] }), [
      ...readsFrom(who, "Allowed", from(ours)),
      ...readsFrom(who, "Allowed", from(theirs, "vpce-1a2b3c4d")),
      ...readsFrom(who, "ExplicitlyDenied", from("vpc-ffffffff")),
      ...readsFrom(who, "ExplicitlyDenied", from()),
      ["Denied", act(who, "s3:GetObject", outside, from(ours))],
      ["Denied", act(who, "s3:PutObject", inside, from(ours))],
      ...everybodyElse,
    ]);
    matrix(`Snowflake's ${access} by its endpoints alone`, networked({ vpcEndpointIds: ["vpce-1a2b3c4d"] }), [
      ...readsFrom(who, "Allowed", from(ours, "vpce-1a2b3c4d")),
      ...readsFrom(who, "ExplicitlyDenied", from(ours)),
      ...readsFrom(who, "ExplicitlyDenied", from(ours, "vpce-ffffffff")),
      ...everybodyElse,
    ]);
    matrix(
      `Snowflake's ${access} from a VPC or by an endpoint`,
      networked({ vpcIds: [ours], vpcEndpointIds: ["vpce-1a2b3c4d"] }),
      [
        ...readsFrom(who, "Allowed", from(ours)),
        ...readsFrom(who, "Allowed", from("vpc-ffffffff", "vpce-1a2b3c4d")),
        ...readsFrom(who, "ExplicitlyDenied", from("vpc-ffffffff", "vpce-ffffffff")),
        ...readsFrom(who, "ExplicitlyDenied", from()),
        ...everybodyElse,
      ],
    );
  }
});
