import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import { thisHost } from "../../../../automation/engine/state/host";
import { until } from "../../../until";

const CONTAINED = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"];

describe("this host", () => {
  it("knows a process that runs from one that has ended", async () => {
    assert.ok(thisHost.runs(process.pid));
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "close");
    assert.ok(child.pid !== undefined);
    assert.ok(!thisHost.runs(child.pid));
  });

  it("knows a process that has ended and that its parent has not waited for", async function () {
    if (process.platform !== "linux") this.skip();
    // The shell starts a process that ends, and never waits for it.
    const shell = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 30"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [pid] = await once(shell.stdout, "data");
      await until(() => !thisHost.runs(Number(pid)), "the shell's child has ended");
      await fs.access(`/proc/${Number(pid)}`);
    } finally {
      shell.kill("SIGKILL");
    }
  });

  it("is named the same by each of its processes, and differently in a container", function () {
    if (!canContain()) this.skip();
    const host = JSON.stringify(require.resolve("../../../../automation/engine/state/host"));
    const script = `console.log(require(${host}).thisHost.processSpace);`;
    const print = [process.execPath, "-r", "ts-node/register", "-e", script];
    const spaceIn = (...wrapper: string[]) => {
      const [command = "", ...args] = [...wrapper, ...print];
      const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
      assert.notEqual(stdout, "", stderr);
      return stdout.trim();
    };
    assert.equal(spaceIn(), `${thisHost.processSpace}`);
    const contained = spaceIn(...CONTAINED);
    assert.match(contained, /^\S+ pid:\[\d+\]$/);
    assert.notEqual(contained, thisHost.processSpace);
  });
});

/** Whether this host lets a process have numbers of its own, as a container does. */
function canContain(): boolean {
  const [command = "", ...args] = [...CONTAINED, "true"];
  return process.platform === "linux" && spawnSync(command, args).status === 0;
}
