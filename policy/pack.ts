import "../compile-cache";
import { type Policies, PolicyPack, type ResourceValidation, type StackValidation } from "@pulumi/policy";
import { type Environment, readEnvironment } from "./environment";
import { type ResourceRule, type Rule, type StackRule, UNKNOWN } from "./rule";
import { rules } from "./rules";

/** Serves the rules to the engine. */
export function servePack(): void {
  const environment = readEnvironment(process.env);
  new PolicyPack("braintrust-snowflake", {
    enforcementLevel: environment.level,
    policies: rules.map((rule) => policyOf(rule, environment)),
  });
}

function policyOf(rule: Rule, environment: Environment): Policies[number] {
  const { name, description, fix } = rule;
  const described = { name, description, remediationSteps: fix };
  return "check" in rule
    ? { ...described, validateResource: validation(rule, environment) }
    : { ...described, validateStack: stackValidation(rule, environment) };
}

function validation(rule: ResourceRule, environment: Environment): ResourceValidation {
  return ({ urn, type, name, opts, props }, report) => {
    const resource = { urn, type, name, protect: opts.protect, properties: settled(props) };
    for (const problem of rule.check(resource, environment)) report(`${name}: ${problem}. ${rule.fix}`);
  };
}

function stackValidation(rule: StackRule, environment: Environment): StackValidation {
  return ({ resources }, report) => {
    const all = resources.map(({ urn, type, name, opts, props, propertyDependencies }) => ({
      urn,
      type,
      name,
      protect: opts.protect,
      properties: settled(props),
      sources: (property: string) => (propertyDependencies[property] ?? []).map((source) => source.urn),
    }));
    for (const { resource, problem } of rule.checkStack(all, environment)) {
      report(`${resource.name}: ${problem}. ${rule.fix}`, resource.urn);
    }
  };
}

/** Properties without the SDK's proxy, which throws where an unknown value is read, and only there. */
function settled(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(properties).map((key) => [key, settledValue(() => properties[key])]));
}

function settledValue(read: () => unknown): unknown {
  let value: unknown;
  try {
    value = read();
  } catch {
    return UNKNOWN;
  }
  if (Array.isArray(value))
    return Array.from({ length: value.length }, (_, at) => settledValue(() => value[at]));
  return isRecord(value) ? settled(value) : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
