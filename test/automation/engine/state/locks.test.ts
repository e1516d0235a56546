import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../../automation/engine/state/host";
import {
  noteOwnLock,
  notingLock,
  readLocks,
  releaseDeadLocks,
  renderLock,
} from "../../../../automation/engine/state/locks";

describe("locks of a stack", () => {
  let folder: string;
  const dir = () => path.join(folder, ".pulumi", "locks", "organization", "braintrust-snowflake", "dev");
  const host: Host = {
    hostname: "here",
    processSpace: "machine-1 pid:[1]",
    runs: (pid) => pid === 1,
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

  it("are none where the backend is no folder, or there is no lock", async () => {
    assert.deepEqual(readLocks(undefined, "dev", host), []);
    assert.deepEqual(readLocks(folder, "dev", host), []);
    assert.deepEqual(readLocks(folder, "prod", host), []);
  });

  it("are dead only where they were noted here and the process is gone", async () => {
    await Promise.all([lock("a", 1, "here"), lock("b", 2, "here"), lock("c", 2, "there")]);
    await fs.writeFile(path.join(dir(), "d.json"), "half writ");
    const holders = (one: Host) =>
      readLocks(folder, "dev", one)
        .map(({ pid, holder }) => `${pid} ${holder}`)
        .sort();
    assert.deepEqual(holders(host), ["1 alive", "2 elsewhere", "2 elsewhere"]);
    noteOwnLock(folder, "dev", host);
    assert.deepEqual(holders(host), ["1 alive", "2 elsewhere", "2 elsewhere"]);
    const ended = { ...host, runs: () => false };
    assert.deepEqual(holders(ended), ["1 dead", "2 elsewhere", "2 elsewhere"]);
    const [dead] = readLocks(folder, "dev", ended).filter(({ holder }) => holder === "dead");
    assert.ok(dead !== undefined);
    assert.equal(renderLock(dead), "process 1 of me on here, since 2026-11-25T10:00:00Z, has died");
  });

  it("are noted as soon as they appear, while an engine is at work and not after", async () => {
    await fs.rm(dir(), { recursive: true });
    const note = path.join(folder, ".pulumi", "lock-notes", "braintrust-snowflake", "dev.json");
    const noted = () => fs.readFile(note, "utf8").catch(() => "");
    const work = async () => {
      await lock("a", 1, "here");
      while (!(await noted()).includes("a.json")) await sleep(10);
      return "done";
    };
    assert.equal(await notingLock(folder, "dev", work, host), "done");
    await fs.rm(note);
    await lock("a", 1, "here");
    await sleep(50);
    assert.equal(await noted(), "");
  });

  it("do not keep an engine from its work where the folder cannot be watched, or there is none", async () => {
    const file = path.join(folder, "file");
    await fs.writeFile(file, "");
    for (const place of [file, undefined]) {
      assert.equal(await notingLock(place, "dev", async () => "done", host), "done");
    }
  });

  it("are not dead on another host or in another container of the same name, nor once another lock is taken", async () => {
    await lock("a", 1, "here");
    noteOwnLock(folder, "dev", host);
    const ended = { ...host, runs: () => false };
    for (const processSpace of ["boot-1 pid:[1]", undefined]) {
      const [found] = readLocks(folder, "dev", { ...ended, processSpace });
      assert.equal(found?.holder, "elsewhere");
      assert.match(
        found && renderLock(found),
        /, runs elsewhere, as on another machine or in a container, or has died there$/,
      );
    }
    await fs.rename(path.join(dir(), "a.json"), path.join(dir(), "b.json"));
    assert.equal(readLocks(folder, "dev", ended)[0]?.holder, "elsewhere");
  });

  it("are not noted where the host does not name itself", async () => {
    await lock("a", 1, "here");
    noteOwnLock(folder, "dev", { ...host, processSpace: undefined });
    const [found] = readLocks(folder, "dev", { ...host, runs: () => false });
    assert.equal(found?.holder, "elsewhere");
  });

  it("are noted without harm where the folder takes no note, or there is none", async () => {
    await lock("a", 1, "here");
    await fs.writeFile(path.join(folder, ".pulumi", "lock-notes"), "");
    noteOwnLock(folder, "dev", host);
    noteOwnLock(undefined, "dev", host);
    assert.equal(readLocks(folder, "dev", host).length, 1);
  });

  it("go where they are dead, and no other", async () => {
    await lock("a", 1, "here");
    noteOwnLock(folder, "dev", host);
    await Promise.all([lock("b", 2, "here"), lock("c", 2, "there")]);
    await releaseDeadLocks(readLocks(folder, "dev", { ...host, runs: () => false }));
    assert.deepEqual((await fs.readdir(dir())).sort(), ["b.json", "c.json"]);
  });
});
