import assert from "node:assert/strict";
import { PipelineError, UsageError } from "../../../automation/errors";
import { braintrustChanges, refuseIncomplete } from "../../../automation/launch/braintrust-settings";
import { settingsOf } from "../../../automation/project/stack-file";
import { PROJECT } from "../../../components/settings/settings";

const ORG = "0d2c0000-0000-4000-8000-000000000001";
const PROJECT_ID = "0d2c0000-0000-4000-8000-0000000000aa";
const OTHER = "0d2c0000-0000-4000-8000-0000000000bb";
const project = { id: PROJECT_ID, org_id: ORG, name: "chat" };

function settings(braintrust: Record<string, unknown>) {
  const values = { "aws:region": "eu-west-1", [`${PROJECT}:braintrust`]: braintrust };
  return settingsOf({ stack: "dev", values, secretKeys: [], encrypted: [], unquoted: {}, environments: [] });
}

function changes(
  braintrust: Record<string, unknown>,
  facts: Partial<Parameters<typeof braintrustChanges>[2]> = {},
  encrypted: string[] = [],
) {
  const known = { project, accountId: undefined, ...facts };
  const found = braintrustChanges(settings(braintrust), { stack: "dev", encrypted }, known);
  return found.map(({ path, to }) => [path[1], to]);
}

describe("what Braintrust's API tells the settings", () => {
  it("is the organization and the project, with the account that somebody has read in the dialog", () => {
    assert.deepEqual(changes({}, { accountId: "210987654321" }), [
      ["accountId", "210987654321"],
      ["orgId", ORG],
      ["projectIds", [PROJECT_ID]],
    ]);
  });

  it("is nothing where the settings trust the project already", () => {
    for (const known of [{ orgId: ORG }, { orgId: ORG, projectIds: [OTHER, PROJECT_ID] }]) {
      assert.deepEqual(changes(known), []);
    }
    assert.deepEqual(changes({ orgId: ORG, projectIds: [OTHER] }), [["projectIds", [OTHER, PROJECT_ID]]]);
    assert.deepEqual(changes({}, { project: undefined }), []);
  });

  it("is refused for another organization, another account, an impossible account, and encrypted settings", () => {
    assert.throws(() => changes({ orgId: OTHER }), UsageError);
    assert.throws(() => changes({ orgId: OTHER }), /is of organization/);
    const account = { accountId: "111122223333" };
    assert.throws(() => changes(account, { accountId: "210987654321" }), /must be braintrust\.accountId/);
    assert.throws(() => changes({}, { accountId: "12" }), /^UsageError: --account-id = "12"/);
    assert.throws(() => changes({}, {}, [`${PROJECT}:braintrust`]), /is encrypted; set braintrust\.orgId/);
  });

  it("says what a person is to do where the role could not be assumed", () => {
    const incomplete = (braintrust: Record<string, unknown>) => () =>
      refuseIncomplete(settings(braintrust), []);
    assert.throws(incomplete({}), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, /export BRAINTRUST_API_KEY/);
      assert.match(error.message, /--account-id: open Braintrust's project settings/);
      return true;
    });
    incomplete({ orgId: ORG, accountId: "210987654321" })();
    const principalArns = ["arn:aws:iam::210987654321:role/BraintrustAPIHandlerRole"];
    incomplete({ orgId: ORG, principalArns })();
  });
});
