import type { Command } from "@commander-js/extra-typings";
import { UsageError } from "../errors";
import {
  type Permissions,
  type Purpose,
  permissions as permissionsFor,
  purposes,
} from "../permissions/permissions";
import { LONGEST_POLICY, sizeOf } from "../permissions/policies";
import { note, print, printJson } from "../terminal/terminal";
import { type OptionsOf, onStack } from "./options/definitions";

const options = (command: Command) =>
  onStack(command)
    .requiredOption(
      "--for <purpose>",
      "deploy, preview, verify or ci (deploy, and the trust for GitHub Actions)",
    )
    .option("--account <id>", "account of the stack (default: the one in aws:allowedAccountIds)")
    .option("--repository <owner/name>", "GitHub repository, with --for ci")
    .option("--json", "print {stack, for, policies, trust} for programs");

type PermissionsCommandOptions = OptionsOf<typeof options>;

/** `permissions` on the command line. */
export function definePermissions(command: Command): void {
  options(command).action(permissions);
}

/** `permissions`: the IAM policies for those who deploy, preview or verify a stack. Offline. */
async function permissions({ stack, cwd, json, ...given }: PermissionsCommandOptions): Promise<void> {
  const found = await permissionsFor({
    stack,
    workDir: cwd,
    purpose: purposeOf(given.for),
    accountId: given.account,
    repository: given.repository,
  });
  if (json) return printJson(found);
  print(documents(found).join("\n"));
  note(
    "Not included: the managed policy of a permissions boundary, which must exist, and a state or secrets provider outside AWS.",
  );
}

function purposeOf(text: string): Purpose {
  const purpose = purposes.find((each) => each === text);
  if (purpose === undefined) throw new UsageError(`--for ${text}: must be one of ${purposes.join(", ")}`);
  return purpose;
}

function documents({ policies, trust }: Permissions): string[] {
  const titled = policies.map(({ name, document }) => [
    `Policy ${name} (${sizeOf(document)} of ${LONGEST_POLICY} characters):`,
    JSON.stringify(document, undefined, 2),
  ]);
  return [
    ...titled.flat(),
    ...(trust === undefined ? [] : ["Trust of the role:", JSON.stringify(trust, undefined, 2)]),
  ];
}
