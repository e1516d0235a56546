import assert from "node:assert/strict";
import { checkWriter } from "../../../../automation/engine/state/state-writer";
import { UsageError } from "../../../../automation/errors";
import { version } from "../../../../components/package";

const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
const TYPE = "braintrust-snowflake:index:ExportPipeline";

/** The state of a pipeline that this version deployed, or another one. */
function deployedBy(writer: unknown, name = "pipeline") {
  const prefix = "urn:pulumi:prod::braintrust-snowflake::";
  return [
    { urn: `${prefix}pulumi:pulumi:Stack::x`, type: "pulumi:pulumi:Stack" },
    { urn: `${prefix}${TYPE}::${name}`, type: TYPE, outputs: { version: writer } },
  ];
}

function assertRefused(resources: Parameters<typeof checkWriter>[1], ...words: readonly string[]): void {
  assert.throws(
    () => checkWriter("prod", resources),
    (error: Error) => {
      assert.ok(error instanceof UsageError);
      for (const word of words) assert.ok(error.message.includes(word), error.message);
      return true;
    },
  );
}

describe("checkWriter", () => {
  for (const newer of [
    `${major + 1}.0.0`,
    `${major}.${minor + 10}.0`,
    `${major}.${minor}.${patch + 1}`,
    `${major}.${minor + 1}.0-rc.1`,
  ]) {
    it(`refuses the state of version ${newer}, and names it with the fix`, () => {
      assertRefused(
        deployedBy(newer),
        `version that deployed stack "prod" = "${newer}": must not be newer than this one`,
        `install version ${newer} or later`,
      );
    });
  }

  for (const accepted of [version, "0.0.9", `${version}-rc.1`, undefined, "of a fork", 7]) {
    it(`accepts a state of version ${accepted}`, () => {
      checkWriter("prod", deployedBy(accepted));
    });
  }

  it("refuses the state of a program of the user's own, which the settings do not describe", () => {
    assertRefused(deployedBy(version, "exports"), '= "exports": must be "pipeline"', "`pulumi up`");
  });

  it("accepts a state without a pipeline", () => {
    checkWriter("prod", deployedBy(version).slice(0, 1));
  });
});
