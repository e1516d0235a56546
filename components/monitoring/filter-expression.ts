import * as pulumi from "@pulumi/pulumi";

/** A condition on an event in CloudWatch's syntax for JSON: AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
export type Term = pulumi.Input<string>;

/** A field that is, or is not, a text with asterisks for whatever comes there. */
export function is(field: string, value: Term, comparison: "=" | "!=" = "="): Term {
  const written = (text: string) => `(${field} ${comparison} "${text}")`;
  return typeof value === "string" ? written(value) : pulumi.output(value).apply(written);
}

/** A filter of events for which every term holds. */
export function allOf(terms: readonly Term[]): Term {
  return joined(terms, "&&");
}

/** A filter of events for which some term holds. */
export function anyOf(terms: readonly Term[]): Term {
  return joined(terms, "||");
}

/** What is known already stays a text: an Output for each term took a third of the time in which a program is evaluated. */
function joined(terms: readonly Term[], operator: "&&" | "||"): Term {
  const written = (texts: readonly string[]) => {
    const [first = ""] = texts;
    return texts.length === 1 ? first : `(${texts.join(` ${operator} `)})`;
  };
  return areTexts(terms) ? written(terms) : pulumi.all([...terms]).apply(written);
}

function areTexts(terms: readonly Term[]): terms is readonly string[] {
  return terms.every((term) => typeof term === "string");
}

/** The ARN of a role, or the end of it where it has a path: a path takes up to 512 characters, half of a pattern. */
export function withoutPath(roleArn: Term): pulumi.Output<string> {
  return pulumi.output(roleArn).apply((arn) => arn.replace(/^.*:role\/.*(?=\/)/, "*"));
}

/** A whole pattern. */
export function pattern(expression: Term): pulumi.Output<string> {
  return pulumi.interpolate`{ ${expression} }`;
}
