import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { type Plan, planStack } from "../../../automation/plan/plan";
import { renderPlan } from "../../../automation/plan/render";
import { visible } from "../../../automation/terminal/visible";
import { fixtureProject } from "../../fixtures/project";
import { planOf } from "./full-stack";

describe("renderPlan", () => {
  let dev: Plan;
  let prod: Plan;
  let full: Plan;
  // One after the other: the mocked runtime knows one program at a time.
  before(async function () {
    this.timeout(120_000);
    dev = await planStack("dev", fixtureProject);
    prod = await planStack("prod", fixtureProject);
    full = await planOf("full");
  });

  it("begins with stack, account, region and phase", () => {
    const [title, facts] = plain(dev).split("\n");
    assert.equal(title, "Plan of stack dev");
    assert.equal(facts, "  account 123456789012 (an example), region us-east-1, phase awaiting-braintrust");
    assert.equal(plain(full).split("\n")[1], "  account 111122223333, region eu-west-1, phase connected");
  });

  it("tells what each costs idle, in a line, and prints no more than before to programs", () => {
    const [, , line] = plain(dev).split("\n");
    assert.match(line ?? "", /^ {2}Idle: about [01]\.\d\d USD a month \(see `cost`\)$/);
    assert.deepEqual(Object.keys(dev).sort(), ["outputs", "problems", "resources", "stack"]);
  });

  it("has its sections in the order in which they are read, without those that are empty", () => {
    const titles = (plan: Plan) =>
      plain(plan)
        .split("\n")
        .filter((line) => /^\S/.test(line))
        .slice(1);
    const parts = [
      "Resources: 19 in AWS",
      "Who may do what",
      "To fill in next, in Pulumi.dev.yaml",
      "Warnings",
      "Outputs",
      "Next",
    ];
    assert.deepEqual(titles(dev), parts);
    assert.ok(!titles(full).some((title) => title.startsWith("To fill in")));
  });

  it("lists the alarms, metrics and notifications of ten streams, how many more there are, and all of the rest", async () => {
    const names = Array.from({ length: 37 }, (_, index) => `region-${index}-logs`);
    const queue = "arn:aws:sqs:eu-west-1:444455556666:sf-snowpipe";
    const many = await planOf("prod", {
      "aws:region": "eu-west-1",
      "braintrust-snowflake:streams": names.map((name) => ({ name })),
      "braintrust-snowflake:braintrust": { accountId: "872608195596", orgId: "org-1" },
      "braintrust-snowflake:snowflake": {
        iamUserArn: "arn:aws:iam::444455556666:user/snow",
        externalId: "ACME_SFCRole=2_abc",
      },
      "braintrust-snowflake:events": {
        notificationChannels: Object.fromEntries(names.map((name) => [name, queue])),
      },
    });
    const tree = part(many, "Resources");
    const shown = (kind: string) => tree.filter((line) => line.trim().startsWith(kind));
    const all = (type: string) => many.resources.filter((each) => each.type.endsWith(`:${type}`)).length;
    const left = names.length - 10;
    for (const kind of ["BucketMetric", "MetricAlarm"]) {
      const module = kind === "BucketMetric" ? "s3" : "cloudwatch";
      const lines = shown(`${module}.${kind}`);
      assert.equal(lines.length, all(kind) - left + 1, lines.join("\n"));
      assert.equal(lines.filter((line) => line.includes(`… `) && line.includes(`${left} more`)).length, 1);
    }
    assert.match(flat(tree), /region-17-logs\/ -> queue sf-snowpipe of account 444455556666; and 27 more/);
    assert.doesNotMatch(flat(tree), /region-36-logs/);
  });

  it("orders the components by the guide's steps", () => {
    const titles = plain(dev).match(/Step \d: \w+/g);
    assert.deepEqual(titles, [
      "Step 1: ExportBucket",
      "Step 2: BraintrustRole",
      "Step 3: SnowflakeReader",
      "Step 4: SnowpipeEvents",
      "Step 5: BucketPolicy",
    ]);
  });

  it("names every resource below its component", () => {
    for (const plan of [dev, prod, full]) {
      const tree = part(plan, "Resources");
      for (const { name, type, parent } of plan.resources.filter((each) => each.type.startsWith("aws:"))) {
        const owner = parent.split("::").at(-1) ?? "";
        const shortType = type.slice(type.lastIndexOf(":") + 1).replace(/Configuration$/, "");
        const from = tree.findIndex((line) => line.trim().endsWith(` ${owner}`));
        const at = tree.findIndex((line, index) => {
          const [typeCell, nameCell] = line.trim().split(/ +/);
          return (
            index > from &&
            typeCell?.endsWith(`.${shortType}`) === true &&
            nameCell === name.replace(owner, "…")
          );
        });
        assert.ok(from >= 0 && at > from, `${type} ${name} below ${owner}`);
      }
    }
  });

  it("tells what matters of dev's resources", () => {
    const tree = flat(part(dev, "Resources"));
    assert.match(tree, /s3\.Bucket … braintrust-exports-dev-123456789012-us-east-1; destroy empties it/);
    assert.match(tree, /s3\.BucketPublicAccessBlock …-privacy all public access blocked/);
    assert.match(tree, /…-versioning versioned/);
    assert.match(tree, /…-encryption SSE-S3 /);
    assert.match(
      tree,
      /braintrust-exports\/: 30 d STANDARD_IA, 90 d GLACIER, 365 d DEEP_ARCHIVE, old versions 90 d/,
    );
    assert.match(tree, /s3\.BucketNotification …-notification no recipients/);
  });

  it("tells what is different in prod", () => {
    const tree = flat(part(prod, "Resources"));
    assert.match(tree, /braintrust-exports-prod-123456789012-us-east-1; never emptied by destroy/);
    assert.match(tree, /SSE-KMS under key alias\/braintrust-exports-prod and a bucket key/);
    assert.match(tree, /kms\.Key … rotated every 365 d, kept 30 d after destroy/);
    assert.match(tree, /30 d STANDARD_IA, 90 d GLACIER_IR/);
    assert.match(tree, /AccessLogBucket pipeline-bucket-access-logs s3\.Bucket … named by Pulumi/);
  });

  it("tells what matters of keys, queues, topics and events", () => {
    const tree = flat(part(full, "Resources"));
    assert.match(tree, /GOVERNANCE lock for 30 d/);
    assert.match(tree, /iam\.AccessKey …-key-first generation first, Inactive/);
    assert.match(tree, /iam\.AccessKey …-key-second generation second, Active/);
    assert.match(tree, /secretsmanager\.SecretVersion …-secret-version \[secret\]/);
    assert.match(tree, /sqs\.Queue … snowpipe-s3-notifications-full, kept 14 d, hidden 60 s once read/);
    assert.match(
      tree,
      /SnowpipeNotification-spans: braintrust-exports\/spans\/ -> topic snowpipe-s3-notifications-full/,
    );
    assert.match(
      tree,
      /sns\.TopicSubscription …-subscription topic snowpipe-errors-full -> queue snowpipe-errors-full/,
    );
  });

  it("calls out a resource whose protection is off", () => {
    const weak = {
      ...dev,
      resources: dev.resources.map((each) =>
        each.type.endsWith(":BucketPublicAccessBlock")
          ? { ...each, inputs: { ...each.inputs, blockPublicPolicy: false } }
          : each,
      ),
    };
    assert.match(plain(weak), /…-privacy {2,}NOT BLOCKED: blockPublicPolicy off/);
  });

  it("says nothing of a component that creates nothing, but that", async () => {
    const existing = await planOf("dev", {
      "braintrust-snowflake:existingBucket": "ours",
      "aws:region": "us-east-1",
    });
    assert.match(plain(existing), /Step 1: ExportBucket pipeline-bucket: creates nothing\n/);
  });

  it("shows a resource of a type that it does not know by its name alone", () => {
    const [bucket] = dev.resources.filter(({ type }) => type === "aws:s3/bucket:Bucket");
    assert.ok(bucket !== undefined);
    const inventory = {
      ...bucket,
      urn: "urn:inventory",
      type: "aws:s3/inventory:Inventory",
      name: "pipeline-bucket-inventory",
    };
    const text = plain({ ...dev, resources: [...dev.resources, inventory] });
    assert.match(text, /^ {6}s3\.Inventory {2,}…-inventory$/m);
  });

  it("says who may do what in sentences", () => {
    const unknown = flat(part(dev, "Who may do what"));
    assert.match(unknown, /role BraintrustExportRole-dev cannot be assumed yet may s3:AbortMultipartUpload/);
    assert.match(unknown, /nobody may s3:\* on the bucket and its objects over plain HTTP/);
    const known = flat(part(full, "Who may do what"));
    assert.match(known, /assumed by account 872608195596, only if the external id is like bt:org-1:\*/);
    assert.match(known, /may kms:Decrypt on key alias\/braintrust-exports-full, only via S3 in eu-west-1/);
    assert.match(
      known,
      /role analyst of account 777788889999 may s3:GetObject, s3:GetObjectVersion on its objects braintrust-exports\/\*/,
    );
    assert.match(
      known,
      /service sns\.amazonaws\.com may sqs:SendMessage, only from topic snowpipe-errors-full/,
    );
  });

  it("numbers what to fill in, with where to find it", () => {
    const lines = part(dev, "To fill in");
    const keys = dev.problems.filter(({ severity }) => severity === "fill-in").map(({ key }) => key);
    assert.deepEqual(
      lines.filter((line) => /^ {2}\d/.test(line)).map((line) => line.trim()),
      keys.map((key, index) => `${index + 1}. ${key}`),
    );
    assert.match(flat(lines), /-> STORAGE_AWS_IAM_USER_ARN of DESC INTEGRATION/);
    assert.match(flat(part(dev, "Warnings")), /! lifecycle\.profile GLACIER after 90 days/);
  });

  it("lists every output, secrets as such", () => {
    const outputs = part(full, "Outputs");
    for (const name of Object.keys(full.outputs))
      assert.ok(
        outputs.some((line) => `${line} `.startsWith(`  ${name} `)),
        name,
      );
    assert.match(outputs.join("\n"), /^ {2}snowflakeSecretAccessKey {2,}\[secret\]$/m);
    assert.match(
      flat(outputs),
      /name spans, url s3:\/\/\S+\/spans\/, format parquet, table SPANS, pipe SPANS_PIPE/,
    );
  });

  it("ends with the commands that come next", () => {
    assert.deepEqual(
      part(prod, "Next").map((line) => line.trim().split(/ {2,}/)[0]),
      [
        "npm run pipeline -- up --stack prod --create",
        "npm run pipeline -- sql --stack prod --planned",
        "npm run pipeline -- plan --stack prod --json",
        "npm run pipeline -- report --stack prod --output FILE",
      ],
    );
  });

  it("keeps within the width, but for a word that must stay whole", () => {
    for (const width of [40, 60, 80, 100, 120, 200]) {
      for (const plan of [dev, prod, full]) {
        const wide = renderPlan(plan, { color: false, width })
          .split("\n")
          .filter((line) => line.length > width);
        assert.deepEqual(
          wide.filter((line) => line.trim().includes(" ")),
          [],
          `at ${width} columns`,
        );
      }
    }
  });

  it("leaves no space at the end of a line, nor anything that failed to become text", () => {
    for (const plan of [dev, prod, full]) {
      for (const width of [40, 60, 100]) {
        const text = renderPlan(plan, { color: false, width });
        assert.doesNotMatch(text, / $/m);
        assert.doesNotMatch(text, /\n\n(?!\S)/);
        assert.doesNotMatch(text, /undefined|\[object|NaN|toString/);
      }
    }
  });

  it("colours nothing but on request, and then changes no text", () => {
    const coloured = renderPlan(full, { color: true, width: 100 });
    assert.equal(plain(full), stripVTControlCharacters(plain(full)));
    assert.notEqual(coloured, plain(full));
    assert.equal(visible(coloured), coloured);
    assert.equal(stripVTControlCharacters(coloured), plain(full));
  });

  it("colours what is open to everyone red", () => {
    const policy = JSON.stringify({
      Statement: { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::open/*" },
    });
    const [bucketPolicy] = dev.resources.filter(({ type }) => type === "aws:s3/bucketPolicy:BucketPolicy");
    assert.ok(bucketPolicy !== undefined);
    const open = { ...bucketPolicy, inputs: { bucket: "open", policy } };
    const text = renderPlan({ ...dev, resources: [open] }, { color: true, width: 100 });
    assert.ok(text.includes("\u001b[31manyone may s3:GetObject on its objects\u001b[39m"));
  });
});

function plain(plan: Plan): string {
  return renderPlan(plan, { color: false, width: 100 });
}

/** The lines of one section, without its title. */
function part(plan: Plan, title: string): string[] {
  const [found] = plain(plan)
    .split("\n\n")
    .filter((section) => section.startsWith(title));
  assert.ok(found !== undefined, `no section ${title}`);
  return found.split("\n").slice(1);
}

/** Text as it reads, whatever its layout. */
function flat(lines: readonly string[]): string {
  return lines.join(" ").replaceAll(/ +/g, " ");
}
