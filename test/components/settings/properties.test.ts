import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSettings } from "../../../components/settings/read-settings";
import { PROJECT } from "../../../components/settings/settings";
import { ENCRYPTED } from "../../../components/settings/values";
import { anyText } from "../../any-text";
import { drawnOf } from "../../turn";

const keys = [
  ...[
    "bucketName",
    "existingBucket",
    "exportPrefix",
    "streams",
    "snowflakeRegion",
    "allowCrossRegion",
    "braintrust",
  ],
  ...["snowflake", "events", "crossAccountReaders", "encryption", "lifecycle", "objectLock", "accessLogs"],
  ...["auditTrail", "monitoring", "protect", "forceDestroy"],
];
const parse = (given: Readonly<Record<string, unknown>>) =>
  parseSettings({
    stack: "dev",
    values: {
      "aws:region": "us-east-1",
      ...Object.fromEntries(Object.entries(given).map(([key, value]) => [`${PROJECT}:${key}`, value])),
    },
  });
/** Texts near the border of what is allowed, and any others. */
const nearly = (characters: string, maxLength: number) =>
  fc.oneof(fc.string({ unit: fc.constantFrom(...characters), maxLength }), anyText({ maxLength }));

describe("settings, whatever they are", () => {
  const json = fc.jsonValue({ maxDepth: 4 });

  it("never throw on JSON, as a value or as text", () => {
    const given = fc.dictionary(
      fc.oneof(fc.constantFrom(...keys), fc.string()),
      fc.oneof(
        json,
        json.map((value) => JSON.stringify(value)),
      ),
    );
    fc.assert(
      fc.property(given, (settings) => {
        const { settings: accepted, problems } = parse(settings);
        assert.equal(accepted === undefined, problems.length > 0);
        for (const { value, rule, fix } of problems) {
          for (const part of [value, rule, fix]) assert.ok(typeof part === "string" && part.length > 0);
        }
      }),
    );
  });

  it("never throw on settings that look right, nor give a stream a queue that is not its own", () => {
    const name = fc.oneof(fc.constantFrom("logs", "constructor", "toString", "valueOf"), nearly("aZ_-1", 6));
    const channel = "arn:aws:sqs:us-east-1:123456789012:q";
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), fc.array(name), (names, told) => {
        const notificationChannels = Object.fromEntries(told.map((one) => [one, channel]));
        const streams = names.map((one) => ({ name: one }));
        for (const stream of parse({ streams, events: { notificationChannels } }).settings?.streams ?? []) {
          assert.equal(stream.channel, told.includes(stream.name) ? channel : undefined);
        }
      }),
    );
  });

  it("never accept an id of Braintrust's with a character that a policy reads as a pattern", () => {
    const id = nearly("aZ9_-*?:$ {}/\n", 12);
    fc.assert(
      fc.property(id, id, (orgId, projectId) => {
        const { settings } = parse({ braintrust: { orgId, projectIds: [projectId] } });
        if (settings === undefined) return;
        for (const accepted of [settings.braintrust.orgId, ...(settings.braintrust.projectIds ?? [])]) {
          assert.doesNotMatch(accepted ?? "", /[*?:$\s{}]/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never accept an external id with a wildcard or a variable", () => {
    fc.assert(
      fc.property(nearly("aZ9_-*?:$ {}/=", 12), (externalId) => {
        const { settings } = parse({ snowflake: { externalId } });
        if (settings !== undefined) assert.doesNotMatch(settings.snowflake.externalId ?? "", /[*?$\s{}]/);
      }),
      { numRuns: 500 },
    );
  });

  it("only accept prefixes that end in a slash, and streams that share no file", () => {
    const prefix = nearly("ab/", 6).map((text) => (text.endsWith("/") ? text : `${text}/`));
    const stream = fc.record({ prefix }, { requiredKeys: [] });
    fc.assert(
      fc.property(prefix, fc.array(stream, { minLength: 1, maxLength: 4 }), (exportPrefix, given) => {
        const { settings } = parse({
          exportPrefix,
          streams: given.map((rest, index) => ({ name: `a${index}`, ...rest })),
        });
        if (settings === undefined) return;
        const prefixes = settings.streams.map((one) => one.prefix);
        for (const one of prefixes) {
          assert.match(one, /^[^/]+(\/[^/]+)*\/$/);
          assert.ok(one.startsWith(settings.exportPrefix), `${one} is below ${settings.exportPrefix}`);
          const sharing = prefixes.filter((other) => `${one}file`.startsWith(other));
          assert.deepEqual(sharing, [one]);
        }
      }),
      { numRuns: drawnOf(1_000, 4) },
    );
  });

  it("only accept bucket names that S3 does", () => {
    const affix = fc.constantFrom(
      "",
      "",
      "xn--",
      "sthree-",
      "amzn-s3-demo-",
      "-s3alias",
      "--ol-s3",
      ".mrap",
      "--x-s3",
    );
    const name = fc
      .tuple(affix, nearly("a1.-", 64), affix)
      .map((parts) => parts.join(""))
      .filter((text) => text !== ENCRYPTED);
    fc.assert(
      fc.property(name, (bucketName) => {
        assert.equal(parse({ bucketName }).settings !== undefined, isBucketName(bucketName), bucketName);
      }),
      { numRuns: drawnOf(2_000, 4) },
    );
  });
});

/** S3's rules once more, rule by rule: docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucketName(name: string): boolean {
  const allowed = new Set("abcdefghijklmnopqrstuvwxyz0123456789.-");
  const isEdge = (character: string | undefined) =>
    character !== undefined && character !== "." && character !== "-";
  const groups = name.split(".");
  const isAddress =
    groups.length === 4 && groups.every((group) => group !== "" && !Number.isNaN(Number(group)));
  return (
    name.length >= 3 &&
    name.length <= 63 &&
    [...name].every((character) => allowed.has(character)) &&
    isEdge(name.at(0)) &&
    isEdge(name.at(-1)) &&
    !name.includes("..") &&
    !isAddress &&
    !["xn--", "sthree-", "amzn-s3-demo-"].some((prefix) => name.startsWith(prefix)) &&
    !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an"].some((suffix) => name.endsWith(suffix))
  );
}
