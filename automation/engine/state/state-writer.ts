import type { EngineEvent } from "@pulumi/pulumi/automation";
import gt from "semver/functions/gt";
import valid from "semver/functions/valid";
import { packageDir, version } from "../../../components/package";
import { formatProblem, showValue } from "../../../components/settings/problems";
import { PIPELINE_NAME, PIPELINE_TYPE } from "../../../components/settings/settings";
import { UsageError } from "../../errors";
import { nameOf } from "../changes";
import type { ResourceState } from "./state";

/**
 * What a newer version has deployed this one does not know, and what a program of the user's own has deployed is not in the
 * settings: an update would take it away. States of before version 0.2.0 do not say which version wrote them.
 *
 * @throws UsageError where the pipeline of a state is of a newer version, or of another program.
 */
export function checkWriter(stack: string, resources: readonly ResourceState[]): void {
  const pipelines = resources.filter(({ type }) => type === PIPELINE_TYPE);
  const versions = pipelines.map(({ outputs }) => outputs?.version);
  const newer = versions.find((writer) => typeof writer === "string" && valid(writer) && gt(writer, version));
  if (newer !== undefined) {
    throw refusal({
      key: `version that deployed stack "${stack}"`,
      value: showValue(newer),
      rule: `must not be newer than this one, ${version}`,
      fix: `install version ${newer} or later in ${packageDir}`,
    });
  }
  const names = pipelines.map(({ urn }) => nameOf(urn));
  if (names.length > 0 && !names.includes(PIPELINE_NAME)) {
    throw refusal({
      key: `ExportPipeline of stack "${stack}"`,
      value: names.map(showValue).join(", "),
      rule: `must be "${PIPELINE_NAME}", which the stack's settings describe: a program of your own deployed this one`,
      fix: "deploy it with that program, by `pulumi up`",
    });
  }
}

/** The pipeline that a run's event says the state has: what {@link checkWriter} judges, without reading the state. */
export function deployedPipeline({ resourcePreEvent }: EngineEvent): ResourceState[] {
  const { type, old } = resourcePreEvent?.metadata ?? {};
  return type === PIPELINE_TYPE && old ? [{ urn: old.urn, type, outputs: old.outputs }] : [];
}

function refusal(problem: Parameters<typeof formatProblem>[0]): UsageError {
  return new UsageError(formatProblem(problem));
}
