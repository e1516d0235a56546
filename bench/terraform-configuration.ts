import { nameOf } from "../automation/engine/changes";
import type { EmulatorAccess } from "../automation/sandbox/emulator";
import { terraformResource } from "../test/controls/terraform-plan";

/** A resource of the engine's state, as far as Terraform needs to know it. */
export interface DeployedResource {
  readonly urn: string;
  readonly type: string;
  /** What AWS calls it; components have none. */
  readonly id?: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs of what had to be there first. */
  readonly dependencies: readonly string[];
}

/**
 * The same resources as a configuration of Terraform, in its JSON syntax, made in the same order: developer.hashicorp.com/terraform/language/syntax/json.
 * Values are those of the deployed stack, but for the ids of keys, which AWS chooses; each resource waits for what it waited for there.
 */
export function terraformConfiguration(
  resources: readonly DeployedResource[],
  { region, accountId }: Pick<EmulatorAccess, "region" | "accountId">,
): object {
  const ofAws = resources.filter(({ type }) => type.startsWith("aws:"));
  const rendered = new Map(
    ofAws.map(({ urn, type, inputs }) => [
      urn,
      terraformResource({ type, name: nameOf(urn), inputs: own(inputs) }),
    ]),
  );
  const keys = ofAws.flatMap(({ urn, type, id }) => {
    const address = rendered.get(urn)?.address;
    return type !== "aws:kms/key:Key" || id === undefined || address === undefined ? [] : [{ id, address }];
  });
  const written = (text: string) =>
    keys.reduce((known, { id, address }) => known.replaceAll(id, `\${${address}.key_id}`), literal(text));
  const blocks: Record<string, Record<string, unknown>> = {};
  for (const { urn, dependencies } of ofAws) {
    const resource = rendered.get(urn);
    if (resource === undefined) continue;
    const before = dependencies.flatMap((dependency) => rendered.get(dependency)?.address ?? []);
    blocks[resource.type] = {
      ...blocks[resource.type],
      [resource.name]: {
        ...(withTexts(resource.values, written) as object),
        ...(before.length === 0 ? {} : { depends_on: [...new Set(before)] }),
      },
    };
  }
  return {
    terraform: { required_providers: { aws: { source: "hashicorp/aws" } } },
    provider: { aws: { region, allowed_account_ids: [accountId], s3_use_path_style: true } },
    resource: blocks,
  };
}

/** Inputs without what Pulumi keeps for itself beside them. */
function own(inputs: DeployedResource["inputs"]): DeployedResource["inputs"] {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}

/** A text that Terraform takes as it is: `${` and `%{` would begin a template. */
function literal(text: string): string {
  return text.replace(/([$%])\{/g, "$1$1{");
}

/** The value with each text in it changed, and without what Pulumi keeps for itself. */
function withTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((inner) => withTexts(inner, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, inner]) => [key, withTexts(inner, change)]),
  );
}
