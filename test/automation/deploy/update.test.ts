import assert from "node:assert/strict";
import { onceApproved } from "../../../automation/commands/options/approval";
import type { AfterWaiting } from "../../../automation/deploy/deployment-options";
import { runUpdate, type Update } from "../../../automation/deploy/update";
import type { Change } from "../../../automation/engine/changes";
import { FailedRunError } from "../../../automation/engine/run/failed-run";
import { StackBusyError } from "../../../automation/errors";

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
  const collect: Update["onOtherChanges"] = async (changes) => {
    heard.push(changes);
  };
  const decline: Update["onOtherChanges"] = async () => {
    throw new Error("no");
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
    const made = await runUpdate({ preview: async () => found, run, onOtherChanges: collect, retry }, [
      change("a"),
    ]);
    assert.deepEqual(heard, [found]);
    assert.deepEqual(made, found);
  });

  it("tells nothing where it is the same, in whatever order", async () => {
    const preview = async () => [change("b"), change("a", "tags", "acl")];
    const previewed = [change("a", "acl", "tags"), change("b")];
    await runUpdate(
      { preview, run: (_, previewAgain) => previewAgain(), onOtherChanges: collect, retry },
      previewed,
    );
    assert.deepEqual(heard, []);
    await runUpdate({ preview, run: (_, previewAgain) => previewAgain(), onOtherChanges: collect, retry }, [
      change("a", "acl"),
      change("b"),
    ]);
    assert.equal(heard.length, 1);
  });

  it("ends with what the listener throws, or with what a run before has done", async () => {
    const run: Update["run"] = (_, previewAgain) => previewAgain();
    const update = { preview: async () => [change("b")], onOtherChanges: decline, retry };
    await assert.rejects(runUpdate({ ...update, run }, [change("a")]), /^Error: no$/);
    let runs = 0;
    const failing: Update["run"] = async (expected, previewAgain) => {
      runs += 1;
      if (runs === 1) throw new FailedRunError("throttled; a was changed", [], [change("a")]);
      assert.deepEqual(expected, []);
      return previewAgain();
    };
    await assert.rejects(
      runUpdate({ ...update, run: failing }, [change("a")]),
      /throttled; a was changed\nnot run again: no$/,
    );
    assert.equal(runs, 2, "nothing is run after a no");
  });

  it("ends busy, with what a run before has done, where another update is in progress then", async () => {
    let runs = 0;
    const run: Update["run"] = async () => {
      runs += 1;
      if (runs === 1) throw new FailedRunError("throttled; a was changed", [], [change("a")]);
      throw new StackBusyError("held");
    };
    await assert.rejects(runUpdate({ preview: async () => [], run, retry }, [change("a")]), {
      name: "StackBusyError",
      message: "throttled; a was changed\nnot run again: held",
    });
  });

  it("tells each run what those before have changed", async () => {
    const told: string[][] = [];
    const run: Update["run"] = async (_expected, _previewAgain, made) => {
      told.push(made.map(({ name }) => name));
      throw new FailedRunError("throttled", [], [change(`made-${told.length}`)]);
    };
    await assert.rejects(runUpdate({ preview: async () => [], run, retry }, []), /all 3 attempts failed/);
    assert.deepEqual(told, [[], ["made-1"], ["made-1", "made-2"]]);
  });

  it("is not made again where the preview fails that it needs", async () => {
    let runs = 0;
    const run: Update["run"] = (_, previewAgain) => {
      runs += 1;
      return previewAgain();
    };
    const preview = async () => {
      throw new FailedRunError("the preview failed", [], []);
    };
    await assert.rejects(runUpdate({ preview, run, retry }, [change("a")]), /the preview failed/);
    assert.equal(runs, 1);
  });
});

describe("an approval", () => {
  const voice = (...answers: boolean[]) => {
    const said: string[] = [];
    const confirm = async (question: string) => {
      said.push(question);
      return answers.shift() ?? assert.fail("asked once too often");
    };
    return { said, note: (text: string) => said.push(text), confirm };
  };
  const become =
    (others: readonly Change[]) =>
    async ({ onOtherChanges }: Required<AfterWaiting>): Promise<string> => {
      await onOtherChanges?.(others);
      return "made";
    };
  const meanwhile = "another update has changed the stack; changes now:";

  it("is asked for again with the new changes in sight", async () => {
    const yes = voice(true, true);
    assert.equal(await onceApproved([change("a")], "Change it?", yes, become([change("b")])), "made");
    assert.deepEqual(yes.said.slice(2), [
      meanwhile,
      "  ~ update          s3.Bucket b\n1 update",
      "Change it?",
    ]);
  });

  it("can be declined, first or later", async () => {
    for (const no of [voice(false), voice(true, false)]) {
      assert.equal(await onceApproved([change("a")], "Change it?", no, become([change("b")])), undefined);
      assert.equal(no.said.at(-1), "nothing was changed");
    }
  });

  it("is requested before what another update has left is repaired", async () => {
    const repair = async ({ onInterruption }: Required<AfterWaiting>) => {
      await onInterruption?.();
      return "made";
    };
    const yes = voice(true, true);
    assert.equal(await onceApproved([change("a")], "Change it?", yes, repair), "made");
    assert.equal(yes.said.at(-1), "Repair the interrupted update first?");
    const no = voice(true, false);
    assert.equal(await onceApproved([change("a")], "Change it?", no, repair), undefined);
    assert.equal(no.said.at(-1), "nothing was changed");
  });

  it("is not needed to change nothing", async () => {
    const silent = voice();
    assert.equal(await onceApproved([], "Change it?", silent, become([])), "made");
    assert.deepEqual(silent.said, ["no changes", meanwhile, "no changes"]);
  });
});
