import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { thisMachine } from "../../../../automation/engine/state/processes";
import { until } from "../../../until";

/** None that a machine gives. */
const NO_PID = 2 ** 30;
const NEW_NUMBERS = [
  "unshare",
  "--user",
  "--map-root-user",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

describe("this machine", () => {
  it("knows when a process began", async function () {
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

  it("knows a process that runs from one that has ended", async () => {
    assert.ok(thisMachine.runs(process.pid));
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "close");
    assert.ok(child.pid !== undefined);
    assert.ok(!thisMachine.runs(child.pid));
  });

  it("knows a process that has ended and that nobody has taken note of", async function () {
    if (process.platform !== "linux") this.skip();
    // The shell starts a process that ends, and never waits for it.
    const shell = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 30"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [pid] = await once(shell.stdout, "data");
      await until(() => !thisMachine.runs(Number(pid)), "the shell's child has ended");
      await fs.access(`/proc/${Number(pid)}`);
    } finally {
      shell.kill("SIGKILL");
    }
  });

  it("sees an engine in a container, under the number that it has there", async function () {
    if (thisMachine.mayHide(NO_PID) || !canContain()) this.skip();
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), "container-"));
    const program = path.join(dir, "pulumi");
    await fs.copyFile("/bin/sleep", program);
    const [command = "", ...args] = NEW_NUMBERS;
    const container = spawn(command, [...args, "sh", "-c", `${program} 30 & echo $!; wait`], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [said] = await once(container.stdout, "data");
      const pid = Number(said);
      await until(() => thisMachine.mayHide(pid), "the engine in the container is seen");
      assert.ok(!thisMachine.mayHide(1), "the shell is no engine");
      container.kill("SIGKILL");
      await until(() => !thisMachine.mayHide(pid), "the engine in the container has ended");
    } finally {
      container.kill("SIGKILL");
      await fs.rm(dir, { recursive: true });
    }
  });

  it("cannot tell from within a container, which numbers its own", function () {
    if (!canContain()) this.skip();
    const script = `const { thisMachine } = require(${JSON.stringify(require.resolve("../../../../automation/engine/state/processes"))});
      console.log(JSON.stringify([thisMachine.mayHide(${NO_PID}), thisMachine.numbering]));`;
    const inside = [process.execPath, "-r", "ts-node/register", "-e", script];
    const [command = "", ...args] = [...NEW_NUMBERS, ...inside];
    const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
    assert.notEqual(stdout, "", stderr);
    const [mayHide, numbering] = JSON.parse(stdout);
    assert.ok(mayHide);
    assert.match(numbering, /^\S+ pid:\[\d+\]$/);
    assert.notEqual(numbering, thisMachine.numbering);
  });
});

/** Whether this machine lets a process have numbers of its own, as a container does. */
function canContain(): boolean {
  const [command = "", ...args] = [...NEW_NUMBERS, "true"];
  return process.platform === "linux" && spawnSync(command, args).status === 0;
}
