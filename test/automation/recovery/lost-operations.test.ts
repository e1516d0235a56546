import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { Step } from "../../../automation/changes";
import { asUnfinished, LostOperations, lostOperation } from "../../../automation/recovery/lost-operations";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const step = (name: string, op: Step["op"] = "create"): Step => {
  const type = "aws:iam/role:Role";
  const urn = `urn:pulumi:dev::p::${type}::${name}`;
  const secret = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
  const inputs = { name, assumeRolePolicy: secret, tags: { deep: [secret] } };
  const state = {
    type,
    urn,
    custom: true,
    id: "",
    parent: "parent",
    inputs,
    outputs: {},
    provider: "aws::1",
  };
  return { op, urn, type, provider: "aws::1", new: state };
};

describe("operations that got no answer", () => {
  let dir: string;
  let lost: LostOperations;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "lost-"));
    lost = new LostOperations(dir, "dev");
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  it("are remembered, each once, until they are cleared", async () => {
    assert.deepEqual(await lost.read(), []);
    await lost.add(lostOperation(step("a")));
    await lost.add([...lostOperation(step("a")), ...lostOperation(step("b", "delete"))]);
    const found = (await lost.read()).map(asUnfinished);
    assert.deepEqual(
      found.map(({ urn, operation }) => [urn.split("::").at(-1), operation]),
      [
        ["a", "creating"],
        ["b", "deleting"],
      ],
    );
    await lost.clear();
    assert.deepEqual(await lost.read(), []);
  });

  it("are kept without what stands for secrets, which no engine could decrypt", async () => {
    await lost.add(lostOperation(step("a")));
    const [one] = await lost.read();
    assert.deepEqual(one?.resource.inputs, { name: "a" });
    assert.ok(Date.parse(one?.at ?? "") > 0);
  });
});
