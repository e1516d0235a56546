import * as pulumi from "@pulumi/pulumi";

/** A condition on an event in CloudWatch's syntax for JSON: AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
export type Term = pulumi.Input<string>;

/** A field that is, or is not, a text with asterisks for whatever comes there. */
export function is(field: string, value: Term, comparison: "=" | "!=" = "="): pulumi.Output<string> {
  return pulumi.interpolate`(${field} ${comparison} "${value}")`;
}

/** A filter of events for which every term holds. */
export function allOf(terms: readonly Term[]): pulumi.Output<string> {
  return joined(terms, "&&");
}

/** A filter of events for which some term holds. */
export function anyOf(terms: readonly Term[]): pulumi.Output<string> {
  return joined(terms, "||");
}

function joined(terms: readonly Term[], operator: "&&" | "||"): pulumi.Output<string> {
  return pulumi.all([...terms]).apply((texts) => {
    const [first = ""] = texts;
    return texts.length === 1 ? first : `(${texts.join(` ${operator} `)})`;
  });
}

/** The ARN of a role, or the end of it where it has a path: a path takes up to 512 characters, half of a pattern. */
export function withoutPath(roleArn: Term): pulumi.Output<string> {
  return pulumi.output(roleArn).apply((arn) => arn.replace(/^.*:role\/.*(?=\/)/, "*"));
}

/** A whole pattern. */
export function pattern(expression: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`{ ${expression} }`;
}
