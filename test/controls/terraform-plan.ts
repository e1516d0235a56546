import type { Evident } from "../../automation/controls/evidence";
import { resourcesOfAws } from "./trail-resources";

/** One resource as `terraform show -json` has it. */
export interface TerraformResource {
  readonly address: string;
  readonly mode: "managed";
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A plan, as far as a test counts what it has. */
export interface Plan {
  readonly resource_changes: readonly object[];
  readonly [other: string]: unknown;
}

/**
 * A program as the plan of Terraform that would make the same, as far as checkers read it: developer.hashicorp.com/terraform/internals/json-format.
 * Pulumi's AWS provider is made from Terraform's, so that types and properties have the same names but for their case.
 */
export async function terraformPlan(resources: readonly Evident[]): Promise<Plan> {
  const rendered = (await resourcesOfAws(resources)).map(terraformResource);
  return {
    format_version: "1.2",
    terraform_version: "1.11.0",
    planned_values: { root_module: { resources: rendered } },
    resource_changes: rendered.map(({ values, ...resource }) => ({
      ...resource,
      change: { actions: ["create"], before: null, after: values, after_unknown: {} },
    })),
    configuration: {
      root_module: {
        resources: rendered.map(({ values, ...resource }) => ({
          ...resource,
          expressions: Object.fromEntries(
            Object.entries(values).map(([key, value]) => [
              key,
              { references: referencesOf(value, rendered) },
            ]),
          ),
        })),
      },
    },
  };
}

/** One resource of AWS in Terraform's words. */
export function terraformResource({ type, name, inputs }: Evident): TerraformResource {
  const kind = terraformType(type);
  const own = name.replaceAll("-", "_");
  const values = properties(withTerraformNames(type, physical(type, name, inputs)));
  return { address: `${kind}.${own}`, mode: "managed", type: kind, name: own, values };
}

function withTerraformNames(type: string, inputs: Evident["inputs"]): Evident["inputs"] {
  const names = renamedInputs[type] ?? {};
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [names[key] ?? key, value]));
}

/** A bucket that Pulumi names bears the name by which the plan's other resources call it. */
function physical(type: string, name: string, inputs: Evident["inputs"]): Evident["inputs"] {
  return type === "aws:s3/bucket:Bucket" && inputs.bucket === undefined
    ? { ...inputs, bucket: `${name}-0000000` }
    : inputs;
}

/** Pulumi's names for what Terraform calls otherwise, by type. */
const renamedInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "aws:sns/topicSubscription:TopicSubscription": { topic: "topicArn" },
};

const renamed: Readonly<Record<string, string>> = {
  "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
  "aws:cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
};

function terraformType(type: string): string {
  const [, module = "", kind = ""] = type.split(":");
  return renamed[type] ?? `aws_${module.split("/")[0]}_${snake(kind).slice(1)}`;
}

function snake(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Maps of the user's own keys; any other object is a block. */
const MAPS = ["dimensions", "tags"];

function properties(inputs: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => {
      if (MAPS.includes(key)) return [key, value];
      if (!Array.isArray(value)) return [snake(key), isObject(value) ? [properties(value)] : value];
      return value.some(isObject)
        ? [snake(key).replace(/s$/, ""), value.filter(isObject).map(properties)]
        : [snake(key), value];
    }),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const REFERRED = [
  "aws_s3_bucket",
  "aws_sqs_queue",
  "aws_sns_topic",
  "aws_cloudwatch_log_group",
  "aws_kms_key",
];

/** Addresses of the resources whose physical name or ARN a value is, so that a checker sees what belongs together. */
function referencesOf(value: unknown, all: readonly TerraformResource[]): string[] {
  if (typeof value !== "string") return [];
  return all
    .filter((resource) => REFERRED.includes(resource.type) && isNamed(resource, value.replace(/:\*$/, "")))
    .flatMap(({ address }) => [`${address}.id`, address]);
}

function isNamed({ type, values }: TerraformResource, value: string): boolean {
  if (type === "aws_kms_key")
    return /^(arn:[\w-]+:kms:.*:key\/)?[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value);
  const name = String(values.bucket ?? values.name);
  return value === name || (value.startsWith("arn:") && value.endsWith(`:${name}`));
}
