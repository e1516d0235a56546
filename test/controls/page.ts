import { nagExceptions } from "../../automation/controls/cdk-nag";
import { checkovExceptions } from "../../automation/controls/checkov";
import type { AcceptedFinding, Control } from "../../automation/controls/control";
import { groups, judge } from "../../automation/controls/groups";
import { prowlerExceptions } from "../../automation/controls/prowler";
import { judgedOf, type Programs } from "./programs";

/** How a control came out in production. Throws where evidence is missing. */
export function verdictOf(control: Control, programs: Programs): readonly [word: string, why: string] {
  const { word, why } = judge(control, judgedOf(programs));
  if (word === "not met" || word === "not applicable") throw new Error(`${control.id}: ${why}`);
  return [word, why];
}

/** docs/controls.md, whole. Throws where evidence is missing. */
export function controlsPage(programs: Programs): string {
  const count = (word: string) =>
    groups.flatMap(({ controls }) => controls).filter((each) => verdictOf(each, programs)[0] === word).length;
  return [
    "# Controls",
    "",
    "Which public controls a production stack meets: those of AWS Security Hub (FSBP and others) that concern it, and two of the",
    `CIS AWS Foundations Benchmark. ${count("met")} are met, ${count("accepted")} are accepted exceptions with a reason, ${count("out of scope")} are out of scope.`,
    "Security Hub may report an accepted one as failed.",
    "",
    "This page is written by `npm run docs:controls` from the program itself, evaluated offline: production with its defaults, and",
    "production with a topic, a queue, error notifications and Snowflake's user as well. `npm test` fails if evidence disappears or this page is",
    "out of date. Dev has SSE-S3 instead of KMS, and neither a trail nor access logs.",
    ...groups.flatMap(({ service, page, controls }) => [
      "",
      `## [${service}](${page})`,
      "",
      ...table([
        ["control", "asks for", "verdict", "evidence or reason"],
        ...controls.map((control) => [control.id, control.title, ...verdictOf(control, programs)]),
      ]),
    ]),
    "",
    "## checkov",
    "",
    "The scanner [checkov](https://www.checkov.io) reads the same programs as a Terraform plan. These are its findings, and why they stay. A finding that is",
    "not listed here fails `npm run test:sandbox`, and so does a listed one that no longer exists.",
    "",
    ...findings(checkovExceptions),
    "",
    "## cdk-nag",
    "",
    "The packs AwsSolutions and NIST 800-53 rev 5 of [cdk-nag](https://github.com/cdklabs/cdk-nag) read the same programs as a CloudFormation template. The same rule holds",
    "for their findings, and a test names the types that they have no rule for: every other resource is judged.",
    "",
    ...findings(nagExceptions),
    "",
    "## prowler",
    "",
    "[prowler](https://github.com/prowler-cloud/prowler) checks the stack itself, deployed with every guard to the AWS emulator of the sandbox, with its checks of S3, IAM,",
    "SQS, SNS, KMS, CloudTrail, Secrets Manager and CloudWatch. The same rule holds for its findings.",
    "",
    ...table([
      ["check", "finds", "reason"],
      ...prowlerExceptions.map(({ check, found, reason }) => [
        check,
        found.map((name) => `\`${name}\``).join(", "),
        reason,
      ]),
    ]),
    "",
  ].join("\n");
}

function findings(all: readonly AcceptedFinding[]): string[] {
  return table([
    ["check", "asks for", "finds", "reason"],
    ...all.map(({ id, asks, found, reason }) => [
      id,
      asks,
      found.map((name) => `\`${name}\``).join(", "),
      reason,
    ]),
  ]);
}

/** A Markdown table with its columns in line, the first row its head. */
function table([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const padded = (row: readonly string[]) =>
    line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  return [padded(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(padded)];
}
