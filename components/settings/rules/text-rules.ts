import { awsLimits } from "../../aws-limits";
import { knownPartition } from "../partitions";
import { currentOf, LONGEST_NAME, LONGEST_TABLE, nameProblem, storedName } from "../snowflake-names";

/** What a text must satisfy: `rule` and `fix` are shown to the person who broke it. */
export interface TextRule {
  readonly holds: (text: string) => boolean;
  readonly rule: string;
  readonly fix: string;
  /** Two valid texts, for those who fill in a setting or change it: documentation, editors, tests. */
  readonly examples: readonly [string, string];
}

/** General purpose buckets: docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketNameRule: TextRule = {
  holds: (name) =>
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$/.test(name),
  rule: "must be 3 to 63 lower-case letters, digits, dots and hyphens, begin and end with a letter or digit, have no two dots in a row, not be an IP address, and avoid the prefixes and suffixes that S3 reserves",
  fix: "choose a name such as acme-braintrust-exports",
  examples: ["acme-braintrust-exports", "acme.traces-2026"],
};

/** Accounts of AWS, as texts: numbers lose a zero in front. */
export const accountIdRule: TextRule = {
  holds: (id) => /^\d{12}$/.test(id),
  rule: "must be 12 digits",
  fix: "copy the AWS account id, with its leading zeros and in quotes",
  examples: ["111122223333", "012345678901"],
};

/** A wildcard or a policy variable here would open the role to every Braintrust customer. */
export const braintrustIdRule: TextRule = {
  holds: (id) => /^[A-Za-z0-9_-]+$/.test(id),
  rule: 'must be letters, digits, "-" and "_" alone: no "*", "?", ":", "$" or blank, which would let other organizations in',
  fix: "copy the id that Braintrust shows in its export dialog",
  examples: ["3f1d5a7c-0b7e-4c1e-9a54-6f2d8c1b7e90", "acme_prod"],
};

/** STS: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html; wildcards would match other ids. */
export const externalIdRule: TextRule = {
  holds: (id) => /^[\w+=,.@:/-]{2,1224}$/.test(id),
  rule: 'must be 2 to 1224 letters, digits and the characters _ + = , . @ : / - (no "*", "?" or "$")',
  fix: "let `init` make one, or copy STORAGE_AWS_EXTERNAL_ID from DESC INTEGRATION",
  examples: ["braintrust-acme-4f9c2b7d1e", "ACME_SFCRole=2_hJk3/x+Lq8="],
};

const iamName = (most: number): TextRule => ({
  holds: (name) => /^[\w+=,.@-]+$/.test(name) && name.length <= most,
  rule: `must be 1 to ${most} letters, digits and the characters _ + = , . @ -`,
  fix: "name it without its path and without its ARN",
  examples: ["BraintrustExportRole", "acme.data+exports@prod"],
});

/** Roles and users, groups and policies: docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const [roleNameRule, policyNameRule] = [
  iamName(awsLimits.roleName.most),
  iamName(awsLimits.policyName.most),
];

/** Path of roles, users, groups and policies: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export const iamPathRule: TextRule = {
  holds: (path) => /^\/([!#%-)+-.0->@-[\]-~]+\/)*$/.test(path) && path.length <= 512,
  rule: 'must begin and end with "/", have at most 512 characters, no "//", no blank, and none of * ? $ " \\, which mean something else in policies',
  fix: "write it like /data-platform/",
  examples: ["/data-platform/", "/acme/boundary/exports/"],
};

/** Queues have 80 characters, of which the dead-letter queue takes four more: SQS's API_CreateQueue. */
export const queueNameRule: TextRule = {
  holds: (name) => /^[A-Za-z0-9_-]{1,76}$/.test(name),
  rule: 'must be 1 to 76 letters, digits, "-" and "_"; S3 sends no events to a FIFO queue',
  fix: "write its name, not its ARN, and no .fifo",
  examples: ["snowpipe-s3-notifications", "acme_exports-events"],
};

/** SNS's API_CreateTopic. */
export const topicNameRule: TextRule = {
  holds: (name) => /^[A-Za-z0-9_-]{1,256}$/.test(name),
  rule: 'must be 1 to 256 letters, digits, "-" and "_"; S3 sends no events to a FIFO topic',
  fix: queueNameRule.fix,
  examples: queueNameRule.examples,
};

/** CloudTrail: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html */
export const trailNameRule: TextRule = {
  holds: (name) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$/.test(name) && !/[._-]{2}|^\d+\.\d+\.\d+\.\d+$/.test(name),
  rule: 'must be 3 to 128 letters, digits, ".", "_" and "-", begin and end with a letter or digit, and have no two of these signs in a row',
  fix: "write its name, not its ARN",
  examples: ["braintrust-exports", "acme.exports_audit"],
};

/** CloudWatch Logs' API_CreateLogGroup. */
export const logGroupNameRule: TextRule = {
  holds: (name) => /^[A-Za-z0-9_/.#-]{1,512}$/.test(name),
  rule: "must be the name of a log group: at most 512 letters, digits and the characters _ / . # -",
  fix: "copy the group's name, not its ARN",
  examples: ["/aws/cloudtrail/organization", "aws-cloudtrail-logs-123456789012-4f9c2b7d"],
};

/** Tags: docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html; Cost Explorer takes no "$" in a key here. */
export const costTagRule: TextRule = {
  holds: (key) => /^[\w .:/=+@-]{1,128}$/.test(key) && !/^aws:/i.test(key),
  rule: 'must be the key of a tag: 1 to 128 letters, digits, blanks and the characters _ . : / = + - @, not beginning with "aws:"',
  fix: "write it as in aws:defaultTags, such as stack",
  examples: ["stack", "Cost Center"],
};

/** Keys that S3, IAM patterns and stage URLs all read alike. */
export const prefixRule: TextRule = {
  holds: (prefix) =>
    /^[A-Za-z0-9_.=/-]{1,500}$/.test(prefix) &&
    prefix.endsWith("/") &&
    !prefix.startsWith("/") &&
    !prefix.includes("//") &&
    !/(^|\/)\.{1,2}\//.test(prefix),
  rule: 'must end in "/", not begin with "/", have no "//", "./" or "../", and be letters, digits and the characters _ . = / - alone',
  fix: "write it like braintrust-exports/",
  examples: ["acme/exports/", "team=data/traces/"],
};

/** Endings of the files whose events are sent. */
export const suffixRule: TextRule = {
  holds: (suffix) => /^[A-Za-z0-9_.=-]{1,100}$/.test(suffix),
  rule: "must be letters, digits and the characters _ . = - alone",
  fix: "write it like .jsonl.gz, or leave it out: by default every file below the prefix counts",
  examples: [".jsonl.gz", ".parquet"],
};

/** Streams and generations of access keys, which logical names and names in Snowflake are made of. */
export const streamNameRule: TextRule = {
  holds: (name) => /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name),
  rule: 'must begin with a letter and be at most 40 letters, digits, "-" and "_"',
  fix: "choose a short name such as logs",
  examples: ["logs", "playground-spans"],
};

/** Names of IAM roles (64), IAM groups, queues and topics are made of the stack's name. */
export const stackNameRule: TextRule = {
  holds: (name) => /^[A-Za-z0-9_-]{1,40}$/.test(name),
  rule: 'must be at most 40 letters, digits, "-" and "_", since roles, queues and topics bear it',
  fix: "use a shorter or plainer stack name",
  examples: ["prod", "dev-alice"],
};

/** Regions of AWS whose partition is known. */
export const regionRule: TextRule = {
  holds: (region) => knownPartition(region) !== undefined,
  rule: "must be an AWS region such as us-east-1",
  fix: "write the region's code, not its city",
  examples: ["us-east-1", "eu-central-1"],
};

/**
 * Snowflake's CURRENT_REGION() says AWS_US_EAST_1 where AWS says us-east-1, with an ending where the region is one of
 * government's: docs.snowflake.com/en/user-guide/admin-account-identifier
 */
export function awsRegionOfSnowflake(region: string): string {
  const plain = region.replace(/^.*\./, "").replace(/^aws_/i, "").toLowerCase().replaceAll("_", "-");
  return plain.replace(/(?<=-\d)-(gov|fhplus|dod)$/, "");
}

/** Regions of AWS as Snowflake names them. */
export const snowflakeRegionRule: TextRule = {
  holds: (region) => regionRule.holds(awsRegionOfSnowflake(region)),
  rule: "must be an AWS region such as us-east-1, or Snowflake's name for it such as AWS_US_EAST_1",
  fix: "run SELECT CURRENT_REGION() in Snowflake and copy the answer; if that is a region of Azure or Google Cloud, remove this setting: Snowpipe reads S3 from there too, but errorNotifications do not work",
  examples: ["us-east-1", "AWS_EU_CENTRAL_1"],
};

/** Names of objects in Snowflake, quoted or not. */
export const identifierRule: TextRule = {
  holds: (name) => isName(name),
  rule: `must be a Snowflake identifier of 1 to ${LONGEST_NAME} characters, without control characters, backslashes, blanks at its ends, and what the Snowflake CLI reads as a variable (&name, <%, {{, {%, {#); in double quotes, with each one inside it twice`,
  fix: "name the object as Snowflake does",
  examples: ["ANALYTICS", '"Data platform"'],
};

/** Objects of a stream are named after its table, with an underscore and a word behind it. */
export const tableRule: TextRule = {
  ...identifierRule,
  holds: (name) => isName(name) && isName(name, currentOf),
  rule: `${identifierRule.rule.replace(String(LONGEST_NAME), String(LONGEST_TABLE))}; without & at its end, since other objects are named <table>_LATEST and the like`,
};

/** What is copied from a page ends in a no-break space at times: it would name another object than the one that is there. */
const blankAtEnd = /^[\s\p{Cf}]|[\s\p{Cf}]$/u;

function isName(setting: string, derived = (name: string) => name): boolean {
  if (blankAtEnd.test(setting)) return false;
  const name = storedName(setting);
  return name !== undefined && nameProblem(derived(name)) === undefined;
}

/** Recipients of alerts; SNS confirms each by a message. */
export const emailRule: TextRule = {
  holds: (address) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address),
  rule: "must be an e-mail address",
  fix: "write it like oncall@example.com",
  examples: ["oncall@example.com", "data-platform@example.com"],
};
