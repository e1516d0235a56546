import assert from "node:assert/strict";
import type { Change } from "../../automation/changes";
import { approveAgain, DeclinedError } from "../../automation/commands/approval";
import { FailedRunError } from "../../automation/retry";
import { runUpdate, type Update } from "../../automation/update";

const change = (name: string, ...properties: string[]): Change => ({
  operation: "update",
  urn: `urn:${name}`,
  type: "aws:s3/bucket:Bucket",
  name,
  properties,
});

describe("an update that another one has kept waiting", () => {
  let heard: (readonly Change[])[];
  const retry: Update["retry"] = { causes: () => ["busy AWS"], waitMs: 0, onNote: () => undefined };
  const hear: Update["onOtherChanges"] = async (changes) => {
    heard.push(changes);
  };
  const decline: Update["onOtherChanges"] = async () => {
    throw new DeclinedError("no");
  };

  beforeEach(() => {
    heard = [];
  });

  it("tells of what has become another change than the one that was previewed, once", async () => {
    const found = [change("a"), change("b")];
    const run: Update["run"] = async (_, previewAgain) => {
      await previewAgain();
      return previewAgain();
    };
    const made = await runUpdate({ preview: async () => found, run, onOtherChanges: hear, retry }, [
      change("a"),
    ]);
    assert.deepEqual(heard, [found]);
    assert.deepEqual(made, found);
  });

  it("tells nothing where it is the same, in whatever order", async () => {
    const preview = async () => [change("b"), change("a", "tags", "acl")];
    const previewed = [change("a", "acl", "tags"), change("b")];
    await runUpdate(
      { preview, run: (_, previewAgain) => previewAgain(), onOtherChanges: hear, retry },
      previewed,
    );
    assert.deepEqual(heard, []);
    await runUpdate({ preview, run: (_, previewAgain) => previewAgain(), onOtherChanges: hear, retry }, [
      change("a", "acl"),
      change("b"),
    ]);
    assert.equal(heard.length, 1);
  });

  it("ends with what the listener throws, or with what a run before has done", async () => {
    const run: Update["run"] = (_, previewAgain) => previewAgain();
    const update = { preview: async () => [change("b")], onOtherChanges: decline, retry };
    await assert.rejects(runUpdate({ ...update, run }, [change("a")]), DeclinedError);
    let runs = 0;
    const failing: Update["run"] = async (expected, previewAgain) => {
      runs += 1;
      if (runs === 1) throw new FailedRunError("throttled; a was changed", [], [change("a")]);
      assert.deepEqual(expected, []);
      return previewAgain();
    };
    await assert.rejects(runUpdate({ ...update, run: failing }, [change("a")]), /throttled; a was changed/);
  });
});

describe("another approval", () => {
  const voice = (answer: boolean) => {
    const said: string[] = [];
    const confirm = async (question: string) => {
      said.push(question);
      return answer;
    };
    return { said, note: (text: string) => said.push(text), confirm };
  };

  it("is asked for with the new changes in sight", async () => {
    const yes = voice(true);
    await approveAgain([change("a")], "dev", yes);
    assert.deepEqual(yes.said, [
      "another update has held the stack meanwhile; what is to be changed now:",
      "  ~ update          s3.Bucket a\n1 update",
      'Change stack "dev"?',
    ]);
    await assert.rejects(approveAgain([change("a")], "dev", voice(false)), DeclinedError);
  });

  it("is not needed to change nothing", async () => {
    const no = voice(false);
    await approveAgain([], "dev", no);
    assert.equal(no.said.at(-1), "no changes");
  });
});
