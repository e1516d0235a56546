import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import {
  asUnfinished,
  LostOperations,
  lostOperation,
} from "../../../../automation/deploy/recovery/lost-operations";
import type { Step } from "../../../../automation/engine/changes";
import { PipelineError } from "../../../../automation/errors";

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
  const file = () => path.join(dir, "state", "unfinished", "dev.json");

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "lost-"));
    lost = new LostOperations(dir, "dev", "file://./state");
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  it("are remembered, each once, until others take their place", async () => {
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
    await lost.set(lostOperation(step("c")));
    assert.deepEqual(
      (await lost.read()).map(({ resource }) => resource.urn.split("::").at(-1)),
      ["c"],
    );
    await lost.set([]);
    assert.deepEqual(await lost.read(), []);
  });

  it("are each backend's own", async () => {
    const others = new LostOperations(dir, "dev", "s3://elsewhere");
    await lost.add(lostOperation(step("a")));
    await others.add([...lostOperation(step("a")), ...lostOperation(step("b"))]);
    const names = async (of: LostOperations) =>
      (await of.read()).map(({ resource }) => resource.urn.slice(-1));
    assert.deepEqual([await names(lost), await names(others)], [["a"], ["a", "b"]]);
    await lost.set([]);
    assert.deepEqual([await names(lost), await names(others)], [[], ["a", "b"]]);
    await others.set([]);
    assert.deepEqual(await fs.readdir(path.dirname(file())), []);
  });

  for (const [what, text, reason] of [
    ["is torn", '[{"type":', /cannot be read: Unexpected end of JSON input; /],
    ["has another shape", '[{"type":"creating"}]', /cannot be read: it has another shape; /],
  ] as const) {
    it(`name their file where it ${what}, and are not written over`, async () => {
      await fs.mkdir(path.dirname(file()), { recursive: true });
      await fs.writeFile(file(), text);
      const uses = [() => lost.read(), () => lost.add(lostOperation(step("a"))), () => lost.set([])];
      for (const use of uses) {
        await assert.rejects(use(), (error) => {
          assert.ok(error instanceof PipelineError, String(error));
          assert.ok(error.message.startsWith(`${file()}, which keeps what got no answer`), error.message);
          assert.match(error.message, reason);
          assert.match(
            error.message,
            /it lists what AWS may have created: look for that, then remove the file$/,
          );
          assert.doesNotMatch(error.message, /\n/);
          return true;
        });
      }
      assert.equal(await fs.readFile(file(), "utf8"), text);
    });
  }

  it("say where they cannot be kept", async () => {
    await fs.mkdir(`${file()}.new`, { recursive: true });
    await assert.rejects(lost.add(lostOperation(step("a"))), (error) => {
      assert.ok(error instanceof PipelineError, String(error));
      assert.match(error.message, /unfinished\/dev\.json cannot be written: EISDIR/);
      return true;
    });
  });

  it("are kept without what stands for secrets, which no engine could decrypt", async () => {
    await lost.add(lostOperation(step("a")));
    const [one] = await lost.read();
    assert.deepEqual(one?.resource.inputs, { name: "a" });
    assert.ok(Date.parse(one?.at ?? "") > 0);
  });
});
