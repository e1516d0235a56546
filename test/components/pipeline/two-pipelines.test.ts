import assert from "node:assert/strict";
import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { ExportPipeline } from "../../../components/pipeline/pipeline";
import type { ExportPipelineArgs } from "../../../components/pipeline/pipeline-args";
import { PIPELINE_TYPE } from "../../../components/settings/settings";
import { deploy, deployProgram, type Registered } from "../../support";

const everything: ExportPipelineArgs = {
  braintrustAccountId: "111122223333",
  braintrustExternalIds: ["bt:org-1:*"],
  streams: ["logs", "spans"].map((name) => ({ name, prefix: `braintrust-exports/${name}/` })),
  eventsMode: "sns",
  loadErrors: true,
  objectLock: { mode: "GOVERNANCE", days: 30 },
  alertEmails: [{ key: "oncall", address: "oncall@example.com" }],
  storageGb: 100,
  monthlyBudgetUsd: 50,
  costAnomalyUsd: 5,
  costTag: { key: "stack", value: "prod" },
};

/** What AWS has once of a name, within its type; `undefined` where Pulumi or AWS chooses the name. */
function physicalName({ type, inputs }: Registered): string | undefined {
  const { namespace, name: metric } = (inputs.metricTransformation ?? {}) as Record<string, string>;
  const names = [inputs.name, inputs.alarmName, inputs.dashboardName, inputs.bucket, namespace && metric];
  const name = names.filter((part) => part !== undefined).join(" ");
  return name === "" ? undefined : `${type} ${name}`;
}

const repeated = (values: readonly string[]) =>
  values.filter((value, index) => values.indexOf(value) < index);

describe("two pipelines of one program", () => {
  for (const access of ["role", "user"] as const) {
    it(`share neither a URN nor a name in AWS, with a ${access} each`, async () => {
      const args = { ...everything, snowflakeAccess: access };
      const { deployed } = await deploy(
        () => [new ExportPipeline("one", args), new ExportPipeline("two", { ...args, suffix: "second" })],
        { stack: "prod" },
      );
      const aws = deployed.resources.filter(({ type }) => type.startsWith("aws"));
      assert.deepEqual(repeated(deployed.resources.map(({ urn }) => urn)), []);
      const named = aws.map(physicalName).filter((name) => name !== undefined);
      assert.ok(named.length > 60);
      assert.deepEqual(repeated(named), []);
    });
  }

  for (const args of [{}, { suffix: "acme" }]) {
    it(`are refused with the same suffix (${JSON.stringify(args)})`, async () => {
      const both = deploy(() => [new ExportPipeline("one", args), new ExportPipeline("two", args)], {
        stack: "prod",
      });
      const suffix = args.suffix ?? "prod";
      await assert.rejects(
        both,
        new RegExp(
          `^Error: Invalid arguments of ExportPipeline "two":\n  suffix = "${suffix}": is the suffix of ExportPipeline "one" too, .*; give each pipeline a suffix of its own$`,
        ),
      );
    });
  }

  it("may have the same suffix in two accounts, and in two runs", async () => {
    const accounts = () =>
      deploy(() =>
        ["one", "two"].map((name) => {
          const provider = new Provider(name, { region: "us-east-1" });
          return new ExportPipeline(name, {}, { providers: [provider] });
        }),
      );
    await accounts();
    const { deployed } = await accounts();
    assert.equal(deployed.of(PIPELINE_TYPE).length, 2);
  });

  it("may have the same suffix in two unit tests with Pulumi's mocks alone", async () => {
    const registered: string[] = [];
    for (const name of ["one", "two"]) {
      await pulumi.runtime.setMocks({
        newResource: ({ name: resource, inputs }) => {
          registered.push(resource);
          return { id: `${resource}-id`, state: inputs };
        },
        call: ({ inputs }) => inputs,
      });
      new ExportPipeline(name, { auditTrail: false, monitoring: false });
      await pulumi.runtime.disconnect();
    }
    assert.ok(registered.includes("one-bucket") && registered.includes("two-bucket"), `${registered}`);
  });

  it("have names in AWS of their own choice", async () => {
    const names = { braintrustRole: "exporter", snowflakeRole: "reader", eventTopic: "files" };
    const { deployed } = await deploy(() => new ExportPipeline("one", { ...everything, names }));
    const roles = deployed.of("aws:iam/role:Role").map(({ inputs }) => inputs.name);
    assert.deepEqual(roles.sort(), ["SnowflakeErrorRole-dev", "exporter", "reader"]);
    const topics = deployed.of("aws:sns/topic:Topic").map(({ inputs }) => inputs.name);
    assert.ok(topics.includes("files"));
    const pattern = deployed.named("one-trail-watch-role-changes-filter").inputs.pattern;
    assert.match(String(pattern), /"exporter".*"reader"/, "the audit trail is watched for them");
  });
});

describe("ExportPipeline without arguments", () => {
  it("is what production has by default", async () => {
    const bare = await deploy(() => new ExportPipeline("pipeline"), { stack: "prod" });
    const program = await deployProgram({}, { stack: "prod" });
    const made = (resources: readonly Registered[]) =>
      resources
        .filter(({ type }) => type.startsWith("aws"))
        .map(({ urn, inputs, protect }) => ({ urn, inputs, protect }))
        .sort((a, b) => (a.urn < b.urn ? -1 : 1));
    assert.deepEqual(made(bare.deployed.resources), made(program.deployed.resources));
  });
});

describe("the resource option protect", () => {
  it("reaches every resource of a pipeline whose argument protect is false", async () => {
    const protectedOf = async (protect: boolean | undefined) => {
      const args = { ...everything, protect: false };
      const { deployed } = await deploy(() => new ExportPipeline("pipeline", args, { protect }));
      return deployed.resources.filter(({ type }) => type.startsWith("aws:")).map((each) => each.protect);
    };
    assert.ok((await protectedOf(true)).every((each) => each));
    assert.ok((await protectedOf(undefined)).every((each) => !each));
  });
});

describe("a component's registered inputs", () => {
  it("are the arguments that are known before anything exists", async () => {
    const { deployed } = await deploy(
      () => new ExportPipeline("one", { ...everything, kmsKeyArn: pulumi.secret("arn:secret") }),
    );
    const { inputs } = deployed.only("braintrust-snowflake:index:ExportPipeline");
    assert.equal(inputs.eventsMode, "sns");
    assert.deepEqual(inputs.objectLock, { mode: "GOVERNANCE", days: 30 });
    assert.ok(!("kmsKeyArn" in inputs));
    const policy = deployed.only("braintrust-snowflake:index:BucketPolicy").inputs;
    assert.equal(policy.exportPrefix, "braintrust-exports/");
    assert.ok(!("bucketArn" in policy), "its child waits for the bucket, and the component for nothing");
  });

  it("make no component wait for a resource", async () => {
    const { deployed } = await deploy(() => new ExportPipeline("one", everything));
    const components = deployed.resources.filter(({ type }) => type.startsWith("braintrust-snowflake:"));
    assert.ok(components.length > 10);
    const waiting = components.filter(
      ({ name, dependencies }) => dependencies.length > 0 && name !== "one-bucket-policy",
    );
    assert.deepEqual(
      waiting.map(({ name }) => name),
      [],
    );
  });
});
