import assert from "node:assert/strict";
import { PROJECT } from "../../../components/settings/settings";
import { problemsOf } from "../../support";

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `s${index}` }));
const channels = (count: number, queue: (index: number) => string) =>
  Object.fromEntries(
    many(count).map(({ name }, index) => [name, `arn:aws:sqs:us-east-1:444455556666:sf-${queue(index)}`]),
  );
const snowflakeUser = "arn:aws:iam::444455556666:user/snow";

type Case = readonly [
  given: Readonly<Record<string, unknown>>,
  problems: readonly (readonly [key: string, value: string, rule: RegExp, fix: RegExp])[],
];

function conflicts(title: string, cases: readonly Case[]): void {
  describe(`settings that cannot be combined: ${title}`, () => {
    for (const [given, expected] of cases) {
      it(JSON.stringify(given).slice(0, 140), () => {
        const problems = problemsOf(given);
        assert.deepEqual(
          problems.map(({ key, value }) => [key, value]),
          expected.map(([key, value]) => [key, value]),
        );
        for (const [index, [, , rule, fix]] of expected.entries()) {
          assert.match(problems[index]?.rule ?? "", rule);
          assert.match(problems[index]?.fix ?? "", fix);
        }
      });
    }
  });
}

const streamsAt = (...prefixes: string[]) => ({
  streams: prefixes.map((prefix, index) => ({ name: `s${index}`, prefix })),
});
const overlap = (prefix: string, other: RegExp) =>
  [
    ["streams[1].prefix", JSON.stringify(prefix), other, /a folder of its own below braintrust-exports\//],
  ] as const;

conflicts("streams", [
  [
    streamsAt("a/", "a/b/"),
    overlap("braintrust-exports/a/b/", /overlaps "braintrust-exports\/a\/" of stream "s0"/),
  ],
  [streamsAt("a/b/", "a/"), overlap("braintrust-exports/a/", /overlaps "braintrust-exports\/a\/b\/"/)],
  [streamsAt("a/", "a/"), overlap("braintrust-exports/a/", /each file would be loaded twice/)],
  [streamsAt("a/", "braintrust-exports/a/"), overlap("braintrust-exports/a/", /overlaps/)],
  [streamsAt("braintrust-exports/", "a/"), overlap("braintrust-exports/a/", /overlaps/)],
  [streamsAt("a/", "ab/"), []],
  [
    {
      streams: [
        { name: "a", prefix: "x/" },
        { name: "A", prefix: "y/", table: "B" },
      ],
    },
    [["streams[1].name", '"A"', /taken by another stream/, /a name of its own/]],
  ],
  [
    {
      streams: [
        { name: "a", table: "T" },
        { name: "b", table: "t" },
      ],
    },
    [["streams[1].table", '"t"', /the table of stream "a" too/, /a table of its own/]],
  ],
  [{ streams: many(101) }, []],
  [{ streams: many(101), events: { notificationChannels: channels(101, () => "a") } }, []],
  [
    {
      streams: many(101),
      events: { notificationChannels: channels(101, (index) => (index < 50 ? "a" : "b")) },
    },
    [["events.notificationChannels", "2 queues", /none whose folders overlap/, /one Snowflake account/]],
  ],
  [
    {
      streams: many(100),
      events: { notificationChannels: channels(100, (index) => (index < 50 ? "a" : "b")) },
    },
    [],
  ],
  [
    {
      streams: many(101).map(({ name }) => ({ name, prefix: `${name}/${name}/` })),
      events: { notificationChannels: channels(101, (index) => `${index}`) },
    },
    [["events.notificationChannels", "101 queues", /S3 takes 100 for a bucket/, /another stack/]],
  ],
]);

conflicts("regions and partitions", [
  [
    { snowflakeRegion: "eu-west-1" },
    [
      [
        "snowflakeRegion",
        '"eu-west-1"',
        /differs from aws:region \(us-east-1\).*egress cost/,
        /allowCrossRegion/,
      ],
    ],
  ],
  [
    { snowflakeRegion: "AWS_EU_WEST_1" },
    [["snowflakeRegion", '"AWS_EU_WEST_1"', /differs/, /allowCrossRegion/]],
  ],
  [{ snowflakeRegion: "eu-west-1", allowCrossRegion: true }, []],
  [
    {
      snowflake: {
        iamUserArn: "arn:aws-cn:iam::444455556666:user/snow",
        snsSubscriberArn: "arn:aws-us-gov:iam::444455556666:user/snow",
        errorNotifications: { iamUserArn: "arn:aws-cn:iam::444455556666:user/snow" },
      },
      crossAccountReaders: [{ arn: snowflakeUser }, { arn: "arn:aws-cn:iam::777788889999:root" }],
    },
    [
      [
        "snowflake.iamUserArn",
        '"arn:aws-cn:iam::444455556666:user/snow"',
        /is of partition aws-cn/,
        /own partition/,
      ],
      [
        "snowflake.snsSubscriberArn",
        '"arn:aws-us-gov:iam::444455556666:user/snow"',
        /is of partition aws-us-gov, and us-east-1 is of aws$/,
        /own partition/,
      ],
      [
        "snowflake.errorNotifications.iamUserArn",
        '"arn:aws-cn:iam::444455556666:user/snow"',
        /aws-cn/,
        /own/,
      ],
      ["crossAccountReaders[1].arn", '"arn:aws-cn:iam::777788889999:root"', /aws-cn/, /own partition/],
    ],
  ],
  [
    { events: { notificationChannels: { logs: "arn:aws:sqs:eu-west-1:444455556666:q" } } },
    [
      [
        "events.notificationChannels.logs",
        '"arn:aws:sqs:eu-west-1:444455556666:q"',
        /is in eu-west-1, and S3 sends events within the bucket's region alone \(us-east-1\)/,
        /this bucket's own pipe/,
      ],
    ],
  ],
]);

conflicts("events", [
  [
    { events: { notificationChannels: { lgos: "arn:aws:sqs:us-east-1:444455556666:q" } } },
    [
      [
        "events.notificationChannels.lgos",
        '"arn:aws:sqs:us-east-1:444455556666:q"',
        /names no stream/,
        /the streams are logs/,
      ],
    ],
  ],
  ...[
    ["s3:ObjectCreated:*", "s3:ObjectCreated:Put"],
    ["s3:ObjectCreated:Put", "s3:ObjectCreated:Put"],
  ].map(
    (fileEvents): Case => [
      { events: { fileEvents } },
      [["events.fileEvents", JSON.stringify(fileEvents), /names an event twice/, /name each kind once/]],
    ],
  ),
  [{ events: { fileEvents: ["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"] } }, []],
]);

const lifecycle = (given: Readonly<Record<string, unknown>>) => ({ lifecycle: given });
const tiering = { profile: "instant", intelligentTiering: true };
conflicts("lifecycle and lock", [
  [
    lifecycle({ standardIaDays: 61 }),
    [["lifecycle.glacierDays", "90", /at least 91, since standardIaDays is 61/, /follow the one before/]],
  ],
  [
    lifecycle({ glacierDays: 365 }),
    [["lifecycle.deepArchiveDays", "365", /at least 366, since glacierDays is 365/, /follow/]],
  ],
  [
    lifecycle({ expireDays: 365 }),
    [["lifecycle.expireDays", "365", /at least 366, since deepArchiveDays is 365/, /follow/]],
  ],
  [
    lifecycle({ profile: "instant", glacierIrDays: 60, standardIaDays: 31 }),
    [["lifecycle.glacierIrDays", "60", /at least 61/, /follow/]],
  ],
  [lifecycle({ profile: "instant", intelligentTiering: true, standardIaDays: 365 }), []],
  [
    lifecycle({ profile: "instant", archiveAccessDays: 90 }),
    [["lifecycle.archiveAccessDays", "90", /tier of Intelligent-Tiering/, /intelligentTiering to true/]],
  ],
  [
    lifecycle({ profile: "archive", intelligentTiering: true, deepArchiveAccessDays: 180 }),
    [["lifecycle.deepArchiveAccessDays", "180", /which this lifecycle has not/, /profile to instant/]],
  ],
  [
    lifecycle({ ...tiering, archiveAccessDays: 200, deepArchiveAccessDays: 200 }),
    [["lifecycle.deepArchiveAccessDays", "200", /at least 201, since archiveAccessDays is 200/, /follow/]],
  ],
  [lifecycle({ ...tiering, archiveAccessDays: 90, deepArchiveAccessDays: 180 }), []],
  [lifecycle({ profile: "none", expireDays: 1 }), []],
  [
    { objectLock: { mode: "GOVERNANCE", days: 400 }, lifecycle: { expireDays: 399 } },
    [
      [
        "lifecycle.expireDays",
        "399",
        /less than objectLock\.days \(400\)/,
        /expire later, or lock for fewer/,
      ],
    ],
  ],
  [
    { objectLock: { mode: "COMPLIANCE", days: 30 } },
    [
      [
        "objectLock.mode",
        '"COMPLIANCE"',
        /keeps every object for 30 days against everybody/,
        /objectLock\.confirmCompliance to true as well, or use GOVERNANCE/,
      ],
    ],
  ],
  [{ objectLock: { mode: "COMPLIANCE", days: 30, confirmCompliance: true } }, []],
]);

conflicts("an existing bucket and what shapes one", [
  ...["encryption", "lifecycle", "objectLock", "accessLogs", "forceDestroy", "bucketName"].map(
    (key): Case => {
      const value: Record<string, unknown> = {
        encryption: "kms",
        lifecycle: {},
        objectLock: { mode: "GOVERNANCE", days: 1 },
        accessLogs: { enabled: true },
        forceDestroy: true,
        bucketName: "acme",
      };
      return [
        { existingBucket: "theirs", [key]: value[key] },
        [
          [
            key,
            "(set)",
            /cannot be used together with existingBucket/,
            new RegExp(`remove ${key}, or remove existingBucket`),
          ],
        ],
      ];
    },
  ),
]);

conflicts("keys of Snowflake's user", [
  [
    { snowflake: { accessKeys: [{ name: "a" }, { name: "a" }] } },
    [
      [
        "snowflake.accessKeys",
        '[{"name":"a","status":"Active"},{"name":"a","status":"Active"}]',
        /names a generation twice/,
        /a name of its own/,
      ],
    ],
  ],
  [
    { snowflake: { accessKeys: [{ name: "a" }, { name: "b", status: "Inactive" }] } },
    [
      [
        "snowflake.accessKeys",
        '[{"name":"a","status":"Active"},{"name":"b","status":"Inactive"}]',
        /ends in an inactive key/,
        /activate it/,
      ],
    ],
  ],
]);

describe("settings that cannot be combined", () => {
  it("ask for a bucket's name where the stack's makes none", () => {
    const [problem, ...others] = problemsOf({}, { stack: "Prod" });
    assert.deepEqual([problem?.key, problem?.value, others], ["bucketName", "(unset)", []]);
    assert.match(
      problem?.rule ?? "",
      /the default, braintrust-exports-Prod-000000000000-us-east-1, is no bucket name/,
    );
    assert.deepEqual(problemsOf({ bucketName: "acme" }, { stack: "Prod" }), []);
    assert.deepEqual(problemsOf({ existingBucket: "acme" }, { stack: "Prod" }), []);
  });

  it("repeat no value of an encrypted setting", () => {
    const problems = problemsOf(
      {
        snowflake: {
          iamUserArn: "arn:aws-cn:iam::444455556666:user/hush",
          accessKeys: [{ name: "hush" }, { name: "hush" }],
        },
      },
      { secretKeys: [`${PROJECT}:snowflake`] },
    );
    assert.equal(problems.length, 2);
    assert.doesNotMatch(JSON.stringify(problems), /hush/);
  });

  it("do not arise from a stream named like the prefix", () => {
    const given = { exportPrefix: "logs/", streams: [{ name: "logs" }, { name: "spans" }] };
    assert.deepEqual(problemsOf(given), []);
  });
});

conflicts("Snowflake's credits", [
  [{ snowflake: { monthlyCredits: 5, adminRole: '"ACCOUNTADMIN"' } }, []],
  [{ snowflake: { monthlyCredits: 5, adminRole: "accountadmin" } }, []],
  [
    { snowflake: { monthlyCredits: 5, adminRole: '"accountadmin"' } },
    [
      [
        "snowflake.monthlyCredits",
        "5",
        /ACCOUNTADMIN alone may create/,
        /set snowflake\.adminRole to ACCOUNTADMIN/,
      ],
    ],
  ],
]);
