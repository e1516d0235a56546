import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { recoveryHint, setAside } from "../../../../automation/deploy/recovery/unreadable-state";
import { knownError } from "../../../../automation/engine/engine-errors";
import { parseState } from "../../../../automation/engine/state/state";
import { StackBusyError, UnreadableStateError } from "../../../../automation/errors";

describe("a state that cannot be read", () => {
  let folder: string;
  const dir = () => path.join(folder, ".pulumi", "stacks", "braintrust-snowflake");

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "unreadable-"));
    await fs.mkdir(dir(), { recursive: true });
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  it("is distinguished from one of a newer engine's, and from a stack that is locked", () => {
    const said = (reason: string) => knownError("dev", `error: failed to load checkpoint: ${reason}`);
    for (const reason of [
      "place 1: unexpected end of JSON input",
      "json: cannot unmarshal string into Go value of type apitype.CheckpointV3",
      "place 1: flate: corrupt input before offset 56",
    ]) {
      const error = said(reason);
      assert.ok(error instanceof UnreadableStateError);
      assert.equal(error.reason, `failed to load checkpoint: ${reason}`);
    }
    assert.equal(said("unsupported checkpoint version 99"), undefined);
    const held = "error: the stack is currently locked by 1 lock(s). Either wait";
    assert.ok(knownError("dev", held) instanceof StackBusyError);
  });

  it("may also be one whose shape is unknown here", () => {
    const exported = { version: 3, deployment: { resources: [{ urn: 7, type: "t" }] } };
    assert.throws(
      () => parseState("dev", exported),
      (error) => {
        assert.ok(error instanceof UnreadableStateError);
        assert.equal(error.reason, "it lacks or misstates resources.0.urn");
        return true;
      },
    );
  });

  it("is kept beside its file, packed or not", async () => {
    const now = new Date("2026-11-25T10:00:00Z");
    for (const name of ["dev.json", "dev.json.gz"]) {
      await fs.writeFile(path.join(dir(), name), name);
      const aside = await setAside(folder, "dev", now);
      assert.equal(aside, path.join(dir(), `${name}.unreadable-20261125T100000000Z`));
      assert.equal(await fs.readFile(aside, "utf8"), name);
      await assert.rejects(setAside(folder, "dev", now), /EEXIST/);
    }
  });

  it("is left to a backend's own means where it is no folder", async () => {
    assert.match(await recoveryHint(undefined, "dev", ["a copy"]), /by the backend's own means/);
    assert.match(
      await recoveryHint(folder, "dev", ["a copy"]),
      /^npm run pipeline -- recover --stack dev --restore latest/,
    );
    assert.match(
      await recoveryHint(folder, "dev", []),
      /^put an earlier version of .*dev\.json in its place/,
    );
  });
});
