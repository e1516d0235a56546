import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import {
  noteOwnLock,
  readLocks,
  releaseDeadLocks,
  renderLock,
} from "../../../../automation/engine/state/locks";
import type { Machine } from "../../../../automation/engine/state/processes";

describe("locks of a stack", () => {
  let folder: string;
  const dir = () => path.join(folder, ".pulumi", "locks", "organization", "braintrust-snowflake", "dev");
  const written = Date.parse("2026-11-25T10:00:00Z");
  const machine: Machine = {
    hostname: "here",
    numbering: "outermost",
    runs: (pid) => pid === 1,
    startOf: () => undefined,
    programOf: () => "node",
    mayHide: () => false,
  };
  const lock = (name: string, pid: number, hostname: string) =>
    fs.writeFile(
      path.join(dir(), `${name}.json`),
      JSON.stringify({ pid, username: "me", hostname, timestamp: "2026-11-25T10:00:00Z" }),
    );

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "locks-"));
    await fs.mkdir(dir(), { recursive: true });
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  it("are none where the backend is no folder, or nobody holds the stack", async () => {
    assert.deepEqual(await readLocks(undefined, "dev", machine), []);
    assert.deepEqual(await readLocks(folder, "dev", machine), []);
    assert.deepEqual(await readLocks(folder, "prod", machine), []);
  });

  it("are dead only where the process was one of this machine's and is gone", async () => {
    await Promise.all([lock("a", 1, "here"), lock("b", 2, "here"), lock("c", 2, "there")]);
    await fs.writeFile(path.join(dir(), "d.json"), "half writ");
    const locks = await readLocks(folder, "dev", machine);
    assert.deepEqual(locks.map(({ holder }) => holder).sort(), ["alive", "dead", "elsewhere"]);
    const dead = locks.find(({ holder }) => holder === "dead");
    assert.ok(dead !== undefined);
    assert.equal(renderLock(dead), "process 2 of me on here, since 2026-11-25T10:00:00Z, has died");
  });

  it("are dead where the process that has the number began after the lock was written", async () => {
    await lock("a", 1, "here");
    const holder = async (start: number | undefined, program: string | undefined = "node") => {
      const later = { ...machine, startOf: () => start, programOf: () => program };
      return (await readLocks(folder, "dev", later))[0]?.holder;
    };
    assert.equal(await holder(written - 60_000), "alive");
    assert.equal(await holder(written + 5_000), "alive", "the clock may have been put right");
    assert.equal(await holder(written + 60_000), "dead");
    assert.equal(await holder(undefined), "alive", "a machine that does not tell");
    assert.equal(await holder(written + 60_000, "pulumi"), "alive", "the clock may have been put forward");
    assert.equal(await holder(written + 60_000, ".pulumi-wrapped"), "alive");
  });

  it("are not dead where a container may hide the process", async () => {
    await lock("a", 2, "here");
    const [found] = await readLocks(folder, "dev", { ...machine, mayHide: (pid) => pid === 2 });
    assert.equal(found?.holder, "elsewhere");
    assert.match(
      found && renderLock(found),
      /, runs elsewhere, as on another machine or in a container, or has died there$/,
    );
  });

  it("are dead in a container only where they were noted as its own", async () => {
    const container = { ...machine, numbering: "container", mayHide: () => true };
    const holders = async (one: Machine) => (await readLocks(folder, "dev", one)).map(({ holder }) => holder);
    const ended = { runs: () => false };
    await lock("a", 2, "here");
    await noteOwnLock(folder, "dev", container);
    assert.deepEqual(await holders(container), ["elsewhere"], "the process is not seen");
    await fs.rm(path.join(dir(), "a.json"));

    await lock("b", 1, "here");
    await noteOwnLock(folder, "dev", container);
    assert.deepEqual(await holders(container), ["alive"]);
    assert.deepEqual(await holders({ ...container, ...ended }), ["dead"]);
    assert.deepEqual(await holders({ ...container, ...ended, numbering: "another" }), ["elsewhere"]);
    assert.deepEqual(await holders({ ...container, ...ended, numbering: undefined }), ["elsewhere"]);
    await fs.rename(path.join(dir(), "b.json"), path.join(dir(), "c.json"));
    assert.deepEqual(await holders({ ...container, ...ended }), ["elsewhere"], "another lock");
  });

  it("are noted without harm where the folder takes no note, or there is none", async () => {
    await lock("a", 1, "here");
    await fs.writeFile(path.join(folder, ".pulumi", "lock-notes"), "");
    await noteOwnLock(folder, "dev", machine);
    await noteOwnLock(undefined, "dev", machine);
    assert.equal((await readLocks(folder, "dev", machine)).length, 1);
  });

  it("go where they are dead, and no other", async () => {
    await Promise.all([lock("a", 1, "here"), lock("b", 2, "here"), lock("c", 2, "there")]);
    await releaseDeadLocks(await readLocks(folder, "dev", machine));
    assert.deepEqual((await fs.readdir(dir())).sort(), ["a.json", "c.json"]);
  });
});
