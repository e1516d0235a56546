import assert from "node:assert/strict";
import { formatProblem, settingsError } from "../../../components/settings/problems";
import { PROJECT } from "../../../components/settings/settings";
import { problemsOf } from "../../support";
import { each, refuses } from "./refusals";

const snowflakeUser = "arn:aws:iam::444455556666:user/snow";
const channel = "arn:aws:sqs:us-east-1:444455556666:q";

const badNames = [
  ...[
    "ab",
    "x".repeat(64),
    "Acme",
    "acme_exports",
    "-acme",
    "acme-",
    ".acme",
    "acme.",
    "ac..me",
    "acme exports",
  ],
  ...[
    "192.168.5.4",
    "xn--acme",
    "sthree-acme",
    "sthree-configurator-acme",
    "amzn-s3-demo-acme",
    "acme-s3alias",
  ],
  ...["acme--ol-s3", "acme.mrap", "acme--x-s3", "acme--table-s3", "acme/exports", "acmé", "", "acme\n"],
];
const badPrefixes = [
  ...[
    "exports",
    "/exports/",
    "/",
    "exports//logs/",
    "//",
    "",
    "exports/*/",
    "exports/?/",
    "exports/$" + "{x}/",
  ],
  ...["a b/", "é/", "./a/", "a/../b/", "a/./", `${"x".repeat(500)}/`, "exports/\n"],
];
const aPrefix = [/must end in "\/", not begin with "\/", have no "\/\/"/, /braintrust-exports\//] as const;

refuses("names that S3 refuses", [
  ...each(
    badNames,
    (bucketName) => ({ bucketName }),
    "bucketName",
    /3 to 63 lower-case letters/,
    /acme-braintrust/,
  ),
  ...each(badNames, (existingBucket) => ({ existingBucket }), "existingBucket", /3 to 63/, /acme-braintrust/),
  ...each(badPrefixes, (exportPrefix) => ({ exportPrefix }), "exportPrefix", ...aPrefix),
  ...each(badPrefixes, (prefix) => ({ streams: [{ name: "a", prefix }] }), "streams[0].prefix", ...aPrefix),
  ...each(
    badPrefixes,
    (prefix) => ({ crossAccountReaders: [{ arn: snowflakeUser, prefixes: [prefix] }] }),
    "crossAccountReaders[0].prefixes[0]",
    ...aPrefix,
  ),
  ...each(
    ["", "*.jsonl", "/x", "a b"],
    (suffix) => ({ events: { suffix } }),
    "events.suffix",
    /letters, digits and the characters _ \. = -/,
    /\.jsonl\.gz/,
  ),
]);

refuses("unknown keys at every level", [
  [
    { bucketname: "acme" },
    "bucketname",
    '"acme"',
    /is not a setting/,
    /spelling; known keys here: bucketName, /,
  ],
  [
    { streams: [{ name: "a", fmt: "x" }] },
    "streams[0].fmt",
    '"x"',
    /is not a setting/,
    /name, prefix, format, table/,
  ],
  [{ braintrust: { orgID: "o" } }, "braintrust.orgID", '"o"', /is not a setting/, /accountId, orgId, /],
  [{ snowflake: { db: "D" } }, "snowflake.db", '"D"', /is not a setting/, /database/],
  [
    { snowflake: { accessKeys: [{ name: "a", state: "Active" }] } },
    "snowflake.accessKeys[0].state",
    '"Active"',
    /is not a setting/,
    /name, status/,
  ],
  [
    { snowflake: { errorNotifications: { on: true } } },
    "snowflake.errorNotifications.on",
    "true",
    /is not a setting/,
    /enabled/,
  ],
  [{ events: { kind: "sns" } }, "events.kind", '"sns"', /is not a setting/, /mode/],
  [
    { crossAccountReaders: [{ arn: snowflakeUser, prefix: "a/" }] },
    "crossAccountReaders[0].prefix",
    '"a/"',
    /is not a setting/,
    /arn, prefixes/,
  ],
  [{ lifecycle: { glacierDay: 1 } }, "lifecycle.glacierDay", "1", /is not a setting/, /glacierDays/],
  [
    { objectLock: { mode: "GOVERNANCE", days: 1, x: 1 } },
    "objectLock.x",
    "1",
    /is not a setting/,
    /confirmCompliance/,
  ],
  [
    { accessLogs: { enable: true } },
    "accessLogs.enable",
    "true",
    /is not a setting/,
    /enabled, retentionDays/,
  ],
  [
    { auditTrail: { enable: true } },
    "auditTrail.enable",
    "true",
    /is not a setting/,
    /enabled, retentionDays/,
  ],
  [{ monitoring: { emails: [] } }, "monitoring.emails", "[]", /is not a setting/, /alertEmails/],
]);

refuses("values of another kind", [
  [
    { objectLock: { mode: "GOVERNANCE", days: "thirty" } },
    "objectLock.days",
    '"thirty"',
    /^must be a number$/,
    /in the file/,
  ],
  [{ lifecycle: { glacierDays: 90.5 } }, "lifecycle.glacierDays", "90.5", /^must be a whole number$/, /./],
  [{ lifecycle: { standardIaDays: 29 } }, "lifecycle.standardIaDays", "29", /^must be at least 30$/, /./],
  [
    { lifecycle: { archiveAccessDays: 89 } },
    "lifecycle.archiveAccessDays",
    "89",
    /^must be at least 90$/,
    /./,
  ],
  [
    { lifecycle: { deepArchiveAccessDays: 731 } },
    "lifecycle.deepArchiveAccessDays",
    "731",
    /^must be at most 730$/,
    /./,
  ],
  [{ lifecycle: { expireDays: 0 } }, "lifecycle.expireDays", "0", /^must be at least 1$/, /./],
  [
    { lifecycle: { noncurrentDays: 36501 } },
    "lifecycle.noncurrentDays",
    "36501",
    /^must be at most 36500$/,
    /./,
  ],
  [
    { lifecycle: { profile: "cold" } },
    "lifecycle.profile",
    '"cold"',
    /^must be one of archive, instant, none$/,
    /./,
  ],
  [{ protect: "yes" }, "protect", '"yes"', /^must be true or false$/, /./],
  [{ forceDestroy: 1 }, "forceDestroy", "1", /^must be true or false$/, /./],
  [{ allowCrossRegion: "1" }, "allowCrossRegion", '"1"', /^must be true or false$/, /./],
  [{ encryption: "aes" }, "encryption", '"aes"', /^must be one of s3, kms$/, /./],
  [
    { events: { mode: "sqs" } },
    "events.mode",
    '"sqs"',
    /^must be one of snowflake-queue, sns, queue, none$/,
    /./,
  ],
  [
    { events: { fileEvents: ["s3:ObjectRemoved:*"] } },
    "events.fileEvents[0]",
    '"s3:ObjectRemoved:*"',
    /Created/,
    /./,
  ],
  [{ events: { fileEvents: [] } }, "events.fileEvents", "[]", /^must have at least 1 item$/, /./],
  [{ streams: [] }, "streams", "[]", /^must have at least 1 item$/, /./],
  [{ streams: '[{"name":' }, "streams", JSON.stringify('[{"name":'), /^must be a list$/, /./],
  [{ streams: [null] }, "streams[0]", "null", /^must be a map$/, /./],
  [{ streams: [{ name: "1st" }] }, "streams[0].name", '"1st"', /begin with a letter/, /such as logs/],
  [
    { streams: [{ name: "a", format: "csv" }] },
    "streams[0].format",
    '"csv"',
    /^must be one of jsonl, parquet$/,
    /./,
  ],
  [
    { monitoring: { alertEmails: ["oncall"] } },
    "monitoring.alertEmails[0]",
    '"oncall"',
    /e-mail address/,
    /oncall@/,
  ],
  [{ monitoring: { exportEveryHours: 0 } }, "monitoring.exportEveryHours", "0", /^must be more than 0$/, /./],
  [{ accessLogs: { retentionDays: 0 } }, "accessLogs.retentionDays", "0", /^must be at least 1$/, /./],
  [{ objectLock: { mode: "GOVERNANCE" } }, "objectLock.days", "(unset)", /^must be a number$/, /./],
  [
    { objectLock: { mode: "LEGAL", days: 1 } },
    "objectLock.mode",
    '"LEGAL"',
    /^must be one of GOVERNANCE, COMPLIANCE$/,
    /./,
  ],
]);

describe("settings", () => {
  it("report every problem at once, each a line with key, value, rule and fix", () => {
    const problems = problemsOf(
      {
        bucketName: "A",
        typo: 1,
        braintrust: { accountId: "1", orgId: "*" },
        streams: [{ name: "a", prefix: "/" }],
      },
      { stack: "a stack", values: { "aws:region": "Virginia" } },
    );
    assert.deepEqual(problems.map(({ key }) => key).sort(), [
      "aws:region",
      "braintrust.accountId",
      "braintrust.orgId",
      "bucketName",
      "stack",
      "streams[0].prefix",
      "typo",
    ]);
    for (const problem of problems) {
      assert.ok(problem.rule.length > 0 && problem.fix.length > 0);
      assert.equal(
        formatProblem(problem),
        `${problem.key} = ${problem.value}: ${problem.rule}; ${problem.fix}`,
      );
    }
  });

  it("name ten items of a list with the same fault, and how many more have it", () => {
    const streams = Array.from({ length: 300 }, (_, index) => ({ name: `no name ${index}`, format: "csv" }));
    const lines = settingsError({ stack: "dev" }, problemsOf({ exportPrefix: "/exports", streams })).split(
      "\n",
    );
    assert.match(lines[1] ?? "", /^ {2}exportPrefix = /);
    assert.deepEqual(
      ["name", "format"].map((field) => lines.filter((line) => line.includes(`].${field} = `)).length),
      [10, 10],
    );
    assert.equal(lines.filter((line) => line === "  and 290 more of streams with the same fault").length, 2);
    assert.equal(lines.length, 24);
  });

  it("name each stream that overlaps another once, however many it overlaps", () => {
    const streams = Array.from({ length: 200 }, (_, index) => ({
      name: `team-${index}`,
      prefix: "braintrust-exports/shared/",
    }));
    assert.equal(problemsOf({ streams }).length, 199);
  });

  it("repeat no value of an encrypted setting", () => {
    const problems = problemsOf(
      { snowflake: { iamUserArn: "hush", externalId: "hush*", hushed: "hush" }, bucketName: "Loud" },
      { secretKeys: [`${PROJECT}:snowflake`] },
    );
    assert.equal(problems.length, 4);
    const values = Object.fromEntries(problems.map(({ key, value }) => [key, value]));
    assert.equal(values.bucketName, '"Loud"');
    assert.equal(values["snowflake.iamUserArn"], "[secret]");
    assert.doesNotMatch(Object.values(values).join(), /hush/);
  });

  it("refuse a stack's name that roles and queues cannot bear", () => {
    for (const stack of ["a.b", "x".repeat(41), "a b"]) {
      const [problem] = problemsOf({}, { stack });
      assert.deepEqual([problem?.key, problem?.value], ["stack", stack]);
    }
  });

  it("accept a Snowflake user and a channel of the stack's own partition and region", () => {
    const given = {
      snowflake: { iamUserArn: snowflakeUser },
      events: { notificationChannels: { logs: channel } },
    };
    assert.deepEqual(problemsOf(given), []);
  });
});
