import { formatProblem, showValue } from "../../components/settings/problems";
import { PROJECT } from "../../components/settings/settings";
import { UsageError } from "../errors";

/**
 * A stack's own name, which its file and resources bear, of the name that the engine takes: `stack`, `organization/stack` or
 * `organization/project/stack`. Backends of Pulumi's own, a folder or a bucket, have the one organization `organization`.
 *
 * @throws UsageError for another project, or another form.
 */
export function ownName(stack: string): string {
  const parts = stack.split("/");
  const [project] = parts.slice(1, -1);
  const wrong = (rule: string, fix: string) =>
    new UsageError(formatProblem({ key: "--stack", value: showValue(stack), rule, fix }));
  if (parts.length > 3 || !parts.every((part) => /^[\w.-]*\w[\w.-]*$/.test(part))) {
    throw wrong(
      "must be a stack's name, alone or with its organization and project before it",
      `write it like dev, acme/dev or acme/${PROJECT}/dev`,
    );
  }
  if (project !== undefined && project !== PROJECT) {
    throw wrong(`is of the project ${project}, and this one is ${PROJECT}`, `write ${PROJECT} in its place`);
  }
  return parts.at(-1) ?? stack;
}
