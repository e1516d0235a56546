import { type Base, bases, configurationOf } from "../changes/bases";
import { deployProgram, type Registered } from "../support";

const shared: Base = {
  stack: "shared",
  title: "a bucket that exists already (`existingBucket`), with its key",
  settings: {
    existingBucket: "acme-shared",
    existingKmsKeyArn: "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000",
    braintrust: { accountId: "222233334444", orgId: "example", permissions: "least" },
  },
};

/** The page of every policy that the program writes, for the stacks of docs/changes.md and a shared bucket. */
export async function policiesPage(): Promise<string> {
  const sections = [];
  for (const base of [...bases, shared]) {
    const { deployed } = await deployProgram(base.settings, {
      stack: base.stack,
      values: configurationOf(base),
    });
    const policies = deployed.resources.flatMap(documentsOf).sort(([a], [b]) => (a < b ? -1 : 1));
    sections.push(
      [
        `## ${base.stack}: ${base.title}`,
        ...policies.map(([name, document]) => `### ${name}\n\n\`\`\`json\n${document}\n\`\`\``),
      ].join("\n\n"),
    );
  }
  return `# Policies

Every policy that the program writes, as AWS gets it: trust policies of roles, permissions of roles and users, policies of buckets, keys,
queues and topics. Not here are those that awsx writes for the audit trail: of the bucket of its log files, as \`components/audit/trail-bucket-policy.ts\`
changes it, and of the role that writes to its log group. Written by \`npm run docs:policies\`; a change of a policy shows here, and \`npm test\` fails until the page is written again.

${sections.join("\n\n")}
`;
}

function documentsOf({ type, name, inputs }: Registered): [name: string, document: string][] {
  return Object.entries(inputs).flatMap(([property, value]): [string, string][] => {
    if (typeof value !== "string" || !value.startsWith('{"Version"')) return [];
    return [
      [`${name}: ${type.replace(/^aws:.*:/, "")} ${property}`, JSON.stringify(JSON.parse(value), null, 2)],
    ];
  });
}
