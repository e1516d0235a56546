import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import {
  type Machine,
  readLocks,
  releaseDeadLocks,
  renderLock,
  thisMachine,
} from "../../../automation/recovery/locks";

describe("locks of a stack", () => {
  let folder: string;
  const dir = () => path.join(folder, ".pulumi", "locks", "organization", "braintrust-snowflake", "dev");
  const written = Date.parse("2026-11-25T10:00:00Z");
  const machine: Machine = {
    hostname: "here",
    runs: (pid) => pid === 1,
    startOf: () => undefined,
    programOf: () => "node",
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

  it("know when a process began", async function () {
    if (process.platform !== "linux") this.skip();
    const before = Date.now();
    const child = spawn("sleep", ["30"]);
    try {
      const start = thisMachine.startOf(child.pid ?? 0) ?? 0;
      assert.ok(start > before - 1_000 && start < Date.now() + 1_000, `${start - before} ms`);
      assert.equal(thisMachine.startOf(2 ** 30), undefined);
      assert.equal(thisMachine.programOf(child.pid ?? 0), "sleep");
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("go where they are dead, and no other", async () => {
    await Promise.all([lock("a", 1, "here"), lock("b", 2, "here"), lock("c", 2, "there")]);
    await releaseDeadLocks(await readLocks(folder, "dev", machine));
    assert.deepEqual((await fs.readdir(dir())).sort(), ["a.json", "c.json"]);
  });

  it("know a process that runs from one that has ended", async () => {
    assert.ok(thisMachine.runs(process.pid));
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "close");
    assert.ok(child.pid !== undefined);
    assert.ok(!thisMachine.runs(child.pid));
  });

  it("know a process that has ended and that nobody has taken note of", async function () {
    if (process.platform !== "linux") this.skip();
    // The shell starts a process that ends, and never waits for it.
    const shell = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 30"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [pid] = await once(shell.stdout, "data");
      for (let tries = 0; thisMachine.runs(Number(pid)) && tries < 100; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await fs.access(`/proc/${Number(pid)}`);
      assert.ok(!thisMachine.runs(Number(pid)));
    } finally {
      shell.kill("SIGKILL");
    }
  });
});
