import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { readEnvironment } from "../../policy/environment";
import { rules } from "../../policy/rules";

describe("environment of the policy pack", () => {
  it("takes a stack for production as the settings do, unless it names others", () => {
    const production = (given: string | undefined, stack: string) =>
      readEnvironment({ BRAINTRUST_POLICY_PRODUCTION_STACKS: given }).isProduction(stack);
    assert.deepEqual(
      ["prod", "dev", "dev-eu", "staging"].map((stack) => production(undefined, stack)),
      [true, false, false, true],
    );
    assert.deepEqual(
      ["prod", "staging", "live"].map((stack) => production("prod, live", stack)),
      [true, false, true],
    );
  });

  it("reports all values that it cannot use at once, with variable, value and fix", () => {
    const variables = {
      BRAINTRUST_POLICY_LEVEL: "on",
      BRAINTRUST_POLICY_TRUSTED_ACCOUNTS: "123456789012, 42",
      BRAINTRUST_POLICY_PRODUCTION_STACKS: "prod;live",
      BRAINTRUST_POLICY_PUBLIC_ACCESS_BLOCK: "none",
    };
    const said = [
      'LEVEL is "on"; set',
      'BLOCK is "none"; set',
      'ACCOUNTS has "42"; list',
      'STACKS has "prod;live"; list',
    ];
    assert.throws(
      () => readEnvironment(variables),
      ({ message }: Error) =>
        message.split("\n").every((line, at) => line.includes(said[at] ?? "\n")) && said.length === 4,
    );
  });

  it("has a page that names each policy", () => {
    const page = fs.readFileSync(path.join(__dirname, "../../docs/security.md"), "utf8");
    const listed = [...page.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name]) => name);
    assert.deepEqual(
      listed,
      rules.map(({ name }) => name),
    );
  });
});
