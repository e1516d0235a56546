import { type PipelineOutputs, parseOutputs } from "../../automation/outputs";
import { type Deployment, deployProgram } from "../support";

const account = "123456789012";
const arns = (count: number, arn: (letter: string) => string) =>
  Array.from({ length: count }, (_, index) => ({ arn: arn(String.fromCharCode(97 + index)) }));
const longUser = (id: string, letter: string) =>
  `arn:aws-us-gov:iam::${id}:user/${"p".repeat(510)}/${letter.repeat(64)}`;

/** Settings as long as they may be, in a partition with the longest ARNs. */
const longest = {
  braintrust: { accountId: account, orgId: "o".repeat(36) },
  iam: {
    path: `/${"p".repeat(510)}/`,
    names: {
      ...{ braintrustRole: "b".repeat(64), snowflakeRole: "s".repeat(64), snowflakeUser: "u".repeat(64) },
      ...{ errorRole: "e".repeat(64), trailRole: "t".repeat(64), snowflakeGroup: "g".repeat(128) },
      replicationRole: "c".repeat(64),
      ...{ exportPolicy: "w".repeat(128), readPolicy: "r".repeat(128) },
    },
  },
  auditTrail: { enabled: true, name: "t".repeat(128) },
  events: { mode: "sns", topicName: "t".repeat(256), queueName: "q".repeat(76), suffix: "=".repeat(100) },
  monitoring: { storageGb: 1, queueDepth: 10 ** 15, queueAgeHours: 0.123456789 },
};
const snowflake = (access: string) => ({
  access,
  network: {
    vpcIds: Array.from({ length: 20 }, (_, index) => `vpc-${index}`.padEnd(21, "a")),
    vpcEndpointIds: Array.from({ length: 20 }, (_, index) => `vpce-${index}`.padEnd(22, "a")),
  },
  iamUserArn: longUser("222233334444", "s"),
  externalId: "x".repeat(1_224),
  errorNotifications: { enabled: true },
  accessKeys: [{ name: "k".repeat(40) }, { name: "l".repeat(40) }],
});
/** As many readers as the bucket's policy has room for, with a long prefix or with a short one. */
const prefixes = [
  { exportPrefix: `${"e".repeat(499)}/`, streams: [{ name: "n".repeat(40) }], most: 4 },
  { exportPrefix: "e/", streams: [{ name: "n".repeat(40), prefix: `${"=".repeat(339)}/` }], most: 7 },
];
const readersOf: readonly ((most: number) => object[])[] = [
  (most) => arns(most, (letter) => longUser(account, letter)),
  (most) => arns(most, (letter) => longUser(`77778888999${letter.charCodeAt(0) % 10}`, letter)),
];
const lifecycle = {
  ...{ profile: "instant", intelligentTiering: true, minimumObjectSizeBytes: 4_096 },
  ...{ archiveAccessDays: 90, deepArchiveAccessDays: 180, expireDays: 400 },
};
const replication = {
  bucketArn: `arn:aws-us-gov:s3:::${"r".repeat(63)}`,
  accountId: "777788889999",
  kmsKeyArn: `arn:aws-us-gov:kms:us-gov-east-1:777788889999:key/mrk-${"a".repeat(32)}`,
};
const objectLock = { mode: "GOVERNANCE", days: 7 };
const buckets = [
  { bucketName: "b".repeat(63), encryption: "kms", lifecycle, objectLock, replication },
  { existingBucket: "b".repeat(63) },
];

const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => `${index}`.padStart(length, "s"));

/** A pipeline of as many streams, with everything that counts or watches them, and names as long as they may be. */
export const manyStreams = (count: number, length = 40) => ({
  streams: names(count, length).map((name) => ({ name })),
  braintrust: longest.braintrust,
  snowflake: { iamUserArn: longUser("222233334444", "s"), externalId: "x".repeat(1_224) },
  bucketName: "b".repeat(63),
  events: {
    notificationChannels: Object.fromEntries(
      names(count, length).map((name) => [
        name,
        "arn:aws-us-gov:sqs:us-gov-west-1:444455556666:sf-snowpipe-AIDA",
      ]),
    ),
  },
  monitoring: { ...longest.monitoring, dashboard: true, compositeAlarm: true },
});

const existingTrail = {
  existing: `arn:aws-us-gov:cloudtrail:us-gov-west-1:444455556666:trail/${"t".repeat(128)}`,
  logGroup: "g".repeat(512),
};
/** Everything that is watched, with names of streams of which one rule takes a hundred alarms, or the most characters. */
const watched = [
  { ...manyStreams(101, 18), auditTrail: longest.auditTrail },
  { ...manyStreams(101, 39), auditTrail: existingTrail },
].map((settings) => ({
  ...settings,
  encryption: "kms",
  events: longest.events,
  snowflake: { ...settings.snowflake, errorNotifications: { enabled: true } },
}));

/** A program and how many streams it has. */
export interface StreamsProgram {
  readonly streams: number;
  readonly deployed: Deployment;
  readonly outputs: PipelineOutputs;
}

/** Programs on both sides of where notifications, alarms and graphs are merged. */
export async function programsByStreams(): Promise<StreamsProgram[]> {
  const programs: StreamsProgram[] = [];
  for (const streams of [1, 100, 101, 1_000]) {
    const { deployed, outputs } = await deployProgram(manyStreams(streams), place);
    programs.push({
      streams,
      deployed,
      outputs: parseOutputs(
        Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value, secret: false }])),
      ),
    });
  }
  return programs;
}

const place = { stack: "s".repeat(40), region: "us-gov-west-1" };

/**
 * Programs whose resources are as large and as many as settings make them, each with another choice of what there is.
 *
 * @param chosen those of all that are evaluated.
 */
export async function worstCases(
  chosen = (all: readonly object[]): readonly object[] => all,
): Promise<Deployment[]> {
  // Users have the buckets in reverse: each of eight shares has a user and a bucket of its own, and so something of every limit.
  const orders = [
    ["role", buckets],
    ["user", [...buckets].reverse()],
  ] as const;
  const programs = orders.flatMap(([access, ordered]) =>
    ordered.flatMap((bucket) =>
      prefixes.flatMap(({ most, ...prefix }) =>
        readersOf.map((readers) => ({
          ...longest,
          ...bucket,
          ...prefix,
          snowflake: snowflake(access),
          crossAccountReaders: readers(most),
        })),
      ),
    ),
  );
  const deployments: Deployment[] = [];
  for (const settings of chosen([...programs, ...watched])) {
    deployments.push((await deployProgram({ ...settings }, place)).deployed);
  }
  return deployments;
}
