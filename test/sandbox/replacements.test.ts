import assert from "node:assert/strict";
import recorded from "../engine/fake-provider/replacements.json";
import { useSandbox } from "./harness";
import { recordReplacements } from "./replacements/record";

describe("the record of what replaces a resource", () => {
  const sandbox = useSandbox();

  it("is what the provider says of each type that holds data or identity", async () => {
    // Not every type: some take the provider a minute to create.
    const stack = await sandbox.stack("dev-replacements", {
      encryption: "kms",
      snowflake: { access: "user" },
      lifecycle: { profile: "none" },
    });
    const { provider, types } = await recordReplacements(stack, () => {});
    for (const type of ["s3/bucket:Bucket", "kms/key:Key", "iam/role:Role", "iam/user:User"]) {
      assert.ok(`aws:${type}` in types, type);
    }
    for (const type of ["secretsmanager/secret:Secret", "sqs/queue:Queue", "sns/topic:Topic"]) {
      assert.ok(`aws:${type}` in types, type);
    }
    const known: Readonly<Record<string, readonly string[]>> = recorded.types;
    const sample = Object.fromEntries(Object.keys(types).map((type) => [type, known[type]]));
    assert.deepEqual(
      { provider, types },
      { provider: recorded.provider, types: sample },
      "record it again: npm run record:replacements",
    );
  });
});
