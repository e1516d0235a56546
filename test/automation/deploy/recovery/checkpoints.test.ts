import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { Checkpoints, KEPT } from "../../../../automation/deploy/recovery/checkpoints";
import { PipelineError, UsageError } from "../../../../automation/errors";

const HERE = "file://./state";

const state = (...urns: string[]) => ({
  version: 3,
  deployment: { manifest: { time: "now" }, resources: urns.map((urn) => ({ urn, type: "t" })) },
});

describe("checkpoints of a state", () => {
  let dir: string;
  let checkpoints: Checkpoints;
  const folder = () => path.join(dir, "state", "checkpoints", "dev");

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "checkpoints-"));
    checkpoints = new Checkpoints(dir, "dev", HERE);
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  it("come back whole, newest first, with when and before what they were made", async () => {
    await checkpoints.keep(state("a"), "up", new Date("2026-11-25T10:00:00Z"));
    await checkpoints.keep(state("a", "b"), "destroy", new Date("2026-11-25T11:00:00Z"));
    const list = await checkpoints.list();
    assert.deepEqual(
      list.map(({ taken, before, resources }) => [taken, before, resources]),
      [
        ["2026-11-25T11:00:00.000Z", "destroy", 2],
        ["2026-11-25T10:00:00.000Z", "up", 1],
      ],
    );
    const [, oldest] = list;
    assert.deepEqual((await checkpoints.read(oldest?.id ?? "")).state, state("a"));
  });

  it("are kept to a number, the newest", async () => {
    for (let minute = 0; minute < KEPT + 3; minute += 1) {
      await checkpoints.keep(state(`${minute}`), "up", new Date(Date.UTC(2026, 10, 25, 10, minute)));
    }
    const taken = (await checkpoints.list()).map((one) => one.taken);
    assert.equal(taken.length, KEPT);
    assert.equal(taken[0], "2026-11-25T10:22:00.000Z");
    assert.equal(taken.at(-1), "2026-11-25T10:03:00.000Z");
  });

  it("are never removed for a clock that was put back, nor is what is no copy", async () => {
    for (let minute = 0; minute < KEPT; minute += 1) {
      await checkpoints.keep(state(`${minute}`), "up", new Date(Date.UTC(2026, 10, 25, 10, minute)));
    }
    const other = path.join(folder(), "20261124T100000000Z-0000.json");
    await fs.writeFile(other, "no copy");
    await checkpoints.keep(state("one more"), "up", new Date(Date.UTC(2026, 10, 25, 9)));
    const taken = (await checkpoints.list()).map((one) => one.taken);
    assert.equal(taken.length, KEPT);
    assert.equal(taken.at(-1), "2026-11-25T09:00:00.000Z");
    await fs.access(other);
  });

  it("are each backend's own: neither listed, nor restored, nor counted for another", async () => {
    const others = new Checkpoints(dir, "dev", "s3://elsewhere");
    await others.keep(state("a"), "up", new Date("2026-11-24T10:00:00Z"));
    await checkpoints.keep(state("a"), "up", new Date("2026-11-25T09:00:00Z"));
    assert.equal((await checkpoints.list()).length, 1);
    const [other] = await others.list();
    await assert.rejects(checkpoints.read(other?.id ?? ""), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(
        error.message,
        /is of stack "dev" in s3:\/\/elsewhere, and this one is in file:\/\/\.\/state:/,
      );
      return true;
    });
    for (let minute = 0; minute < KEPT; minute += 1) {
      await checkpoints.keep(state(`${minute}`), "up", new Date(Date.UTC(2026, 10, 25, 10, minute)));
    }
    assert.equal((await checkpoints.list()).length, KEPT);
    assert.deepEqual(await others.list(), [other]);
    await assert.rejects(checkpoints.read("yesterday"), (error) => {
      assert.ok(error instanceof Error);
      return !error.message.includes(other?.id ?? "");
    });
  });

  it("leave nothing of a write that was killed, and alone one that is in progress", async () => {
    await checkpoints.keep(state("a"), "up");
    const before = new Date(Date.now() - 2 * 60 * 60_000);
    for (const name of [".killed", ".under-way"]) await fs.writeFile(path.join(folder(), name), '{"taken":');
    await fs.utimes(path.join(folder(), ".killed"), before, before);
    await checkpoints.keep(state("b"), "up");
    const names = await fs.readdir(folder());
    assert.deepEqual(
      names.filter((name) => name.startsWith(".")),
      [".under-way"],
    );
  });

  it("are not made twice of the same state", async () => {
    await checkpoints.keep(state("a"), "up");
    await checkpoints.keep(state("a"), "up");
    assert.equal((await checkpoints.list()).length, 1);
    await checkpoints.keep(state("b"), "up");
    await checkpoints.keep(state("a"), "up");
    assert.equal((await checkpoints.list()).length, 3);
  });

  it("are for the owner's eyes alone, and of a state without resources there is none", async () => {
    await checkpoints.keep({ version: 3, deployment: {} }, "up");
    assert.deepEqual(await checkpoints.list(), []);
    await checkpoints.keep(state("a"), "up");
    const [name = ""] = await fs.readdir(folder());
    assert.equal((await fs.stat(path.join(folder(), name))).mode & 0o777, 0o600);
  });

  it("are named where one is asked for that is not there, or cannot be read", async () => {
    await assert.rejects(checkpoints.read("latest"), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /no checkpoint "latest" of stack "dev": there is none yet/);
      return true;
    });
    await checkpoints.keep(state("a"), "up");
    const [one] = await checkpoints.list();
    await assert.rejects(checkpoints.read("../../other"), new RegExp(`there are ${one?.id}`));
    await fs.writeFile(path.join(folder(), `${one?.id}.json`), '{"taken":');
    await assert.rejects(checkpoints.read(one?.id ?? ""), /cannot be read/);
    assert.deepEqual(await checkpoints.list(), []);
  });

  it("stop an operation where they cannot be written", async () => {
    await fs.writeFile(path.join(dir, "state"), "a file where a folder belongs");
    await assert.rejects(checkpoints.keep(state("a"), "up"), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, /^up was not begun: the state could not be copied before/);
      return true;
    });
  });
});
