import assert from "node:assert/strict";
import type { Plan } from "../../../automation";
import { plan } from "../../../automation/commands/plan";
import { isStateful } from "../../../components/stateful";
import { fixtureProject } from "../../fixtures/project";
import { captured } from "./captured";

describe("plan --json", () => {
  const planned = async (stack: string): Promise<Plan> => {
    const { out, error } = await captured(() => plan({ stack, cwd: fixtureProject, json: true }));
    assert.equal(error, undefined);
    return JSON.parse(out);
  };

  it("shows as protected in production exactly what holds data or an identity", async () => {
    const { resources } = await planned("prod");
    for (const { urn, protect } of resources) assert.equal(protect, isStateful(urn), urn);
    assert.ok(resources.some(({ protect }) => protect) && resources.some(({ protect }) => !protect));
  });

  it("shows nothing as protected in development", async () => {
    const { resources } = await planned("dev");
    assert.deepEqual(
      resources.filter(({ protect }) => protect !== false).map(({ urn }) => urn),
      [],
    );
  });
});
