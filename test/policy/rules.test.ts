import assert from "node:assert/strict";
import { type Environment, readEnvironment } from "../../policy/environment";
import { type Resource, type StackResource, UNKNOWN } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { pasts } from "../past/past";
import { DeployedStack, type Entry } from "./deployed-stack";
import { mutations } from "./mutations";

/** What the rules say of a state, as `pulumi policy analyze` asks them: single resources by inputs, all together by outputs. */
function findings({ resources }: DeployedStack, environment: Environment = readEnvironment({})): string[] {
  const inputs = resources.map((entry) => resourceOf(entry, entry.inputs));
  const outputs = resources.map((entry) => resourceOf(entry, entry.outputs));
  return rules.flatMap((rule) => {
    const found =
      "check" in rule
        ? inputs.flatMap((resource) => [...rule.check(resource, environment)].map(() => resource))
        : [...rule.checkStack(outputs, environment)].map(({ resource }) => resource);
    return found.map((resource: Resource) => `${rule.name}: ${resource.name}`);
  });
}

function resourceOf(
  { urn, type, protect = false, propertyDependencies = {} }: Entry,
  properties = {},
): StackResource {
  const sources = (property: string) => propertyDependencies[property] ?? [];
  return { urn, type, protect, name: urn.split("::").at(-1) ?? "", properties, sources };
}

describe("policy pack", () => {
  for (const { name, folder } of pasts) {
    it(`reports nothing of ${name}`, () => {
      assert.deepEqual(findings(DeployedStack.read(folder.split("/").at(-1) ?? "")), []);
    });
  }

  it("lets principals of a trusted account assume roles without an external id", () => {
    const stack = DeployedStack.read("prod");
    const trust = (account: string) => ({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:role/ci` },
      Action: "sts:AssumeRole",
    });
    const add = (name: string, account: string) =>
      stack.add(
        "aws:iam/role:Role",
        name,
        { assumeRolePolicy: JSON.stringify({ Statement: trust(account) }) },
        { protect: true },
      );
    add("ours", "210987654321");
    add("theirs", "444455556666");
    const environment = readEnvironment({ BRAINTRUST_POLICY_TRUSTED_ACCOUNTS: "210987654321" });
    assert.deepEqual(findings(stack, environment), ["trust-by-external-id: theirs"]);
  });

  it("demands no block of a bucket where the account has it, and no protection outside production", () => {
    const stack = DeployedStack.read("prod");
    stack.remove("pipeline-bucket-privacy", "BucketPublicAccessBlock");
    Object.assign(stack.entry("pipeline-bucket", "Bucket"), { protect: false });
    const variables = {
      BRAINTRUST_POLICY_PUBLIC_ACCESS_BLOCK: "account",
      BRAINTRUST_POLICY_PRODUCTION_STACKS: "live",
    };
    assert.deepEqual(findings(stack, readEnvironment(variables)), []);
  });

  it("matches what a preview does not know yet by where it comes from", () => {
    const stack = DeployedStack.read("prod");
    for (const { type, outputs } of stack.resources) {
      if (/^aws:s3\/bucket/.test(type)) Object.assign(outputs ?? {}, { bucket: UNKNOWN });
      if (/bucketPolicy/.test(type)) Object.assign(outputs ?? {}, { policy: UNKNOWN });
    }
    assert.deepEqual(findings(stack), []);
    const { urn } = stack.entry("pipeline-bucket", "Bucket");
    stack.add(
      "aws:s3/bucketPolicy:BucketPolicy",
      "second",
      { bucket: UNKNOWN, policy: UNKNOWN },
      { propertyDependencies: { bucket: [urn] } },
    );
    assert.deepEqual(findings(stack), ["one-policy-and-notification: second"]);
    stack.remove("second", "BucketPolicy");
    stack.remove("pipeline-bucket-privacy", "BucketPublicAccessBlock");
    assert.deepEqual(findings(stack), ["public-access-blocked: pipeline-bucket"]);
  });

  it("accepts what S3 accepts as narrowing, and families of one kind of action", () => {
    const stack = DeployedStack.read("prod");
    stack.edit("pipeline-bucket-policy", "BucketPolicy", (all) =>
      all.push({
        Effect: "Allow",
        Principal: "*",
        Action: ["s3:GetObject*", "s3:List*"],
        Resource: "arn:aws:s3:::braintrust-exports-prod-123456789012-us-east-1/*",
        Condition: { StringEquals: { "AWS:PrincipalOrgID": ["o-a1b2c3d4e5"] } },
      }),
    );
    const lookup = {
      Effect: "Allow",
      Action: ["ec2:DescribeVpcEndpoints", "s3:ListAllMyBuckets", "sts:GetCallerIdentity"],
      Resource: "*",
    };
    stack.add("aws:iam/policy:Policy", "lookup", { policy: JSON.stringify({ Statement: [lookup] }) });
    assert.deepEqual(findings(stack), []);
  });

  for (const { title, on, change, caughtBy, resource } of mutations) {
    it(`${caughtBy} reports ${title}, and nothing else does`, () => {
      const stack = DeployedStack.read(on);
      change(stack);
      assert.deepEqual([...new Set(findings(stack))], [`${caughtBy}: ${resource}`]);
    });
  }
});
