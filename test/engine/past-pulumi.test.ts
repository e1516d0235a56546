import assert from "node:assert/strict";
import { changesOf } from "../past/changes";
import { pasts, projectOf } from "../past/past";
import { StatefulResources } from "../past/stateful-resources";
import { ofThisTurn } from "../turn";
import type { TestProject } from "./harness";
import { needNodeHost } from "./node-host";

/** One in so many. */
const SHARES = { states: 4, changes: 30 };

describe("the state of an earlier version, by pulumi itself", () => {
  for (const past of ofThisTurn(pasts, SHARES.states)) {
    it(`${past.name} is brought up to date, and loses nothing`, async function () {
      await needNodeHost(this);
      const project = await projectOf(past);
      try {
        await project.linkProgram();
        await update(project);
      } finally {
        await project.remove();
      }
    });
  }

  for (const { past, title, settings } of ofThisTurn(changesOf(pasts), SHARES.changes)) {
    it(`${past.name} is brought up to date and loses nothing where ${title}`, async function () {
      await needNodeHost(this);
      const project = await projectOf(past);
      try {
        await project.linkProgram();
        await project.set(settings);
        await unprotectAsTold(project);
        await update(project);
      } finally {
        await project.remove();
      }
    });
  }
});

async function update(project: TestProject): Promise<void> {
  const stack = ["--stack", project.stack];
  const stateful = StatefulResources.of(project);
  const { stdout } = await project.pulumi("preview", "--json", ...stack);
  stateful.assertUntouched(stepsOf(stdout));
  await project.pulumi("up", "--yes", "--skip-preview", ...stack);
  await stateful.assertKept();
  await project.assertSettled();
  await project.pulumi("preview", "--expect-no-changes", ...stack);
}

type Step = Parameters<StatefulResources["assertUntouched"]>[0][number];

function stepsOf(json: string): Step[] {
  const { steps }: { steps: { op: Step["operation"]; urn: string }[] } = JSON.parse(json);
  assert.ok(steps.length > 0, json);
  return steps
    .filter(({ op }) => op !== "same")
    .map(({ op, urn }) => {
      const [, , types = "", name = ""] = urn.split("::");
      return { operation: op, type: types.split("$").at(-1) ?? "", name };
    });
}

/** Runs the command that `preview` prints where the state of an earlier version protects what is to be deleted. */
async function unprotectAsTold(project: TestProject): Promise<void> {
  const { code, stderr } = await project.run(["preview"]);
  assert.equal(code, 0, stderr);
  const [, command] = /`pulumi (state unprotect [^`]*)`/.exec(stderr) ?? [];
  if (command === undefined) return;
  await project.pulumi(...command.split(" ").map((word) => word.replaceAll("'", "")));
}
