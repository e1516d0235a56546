import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { supervise } from "../../../automation/sandbox/supervised";

describe("a supervised command", function () {
  this.timeout(20_000);
  let root: string;
  let folder: string;
  let pulse: string;
  let command: string[];
  let parent: ChildProcess | undefined;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "supervised-test-"));
    folder = join(root, "folder");
    pulse = join(root, "pulse");
    mkdirSync(folder);
    command = ["sh", "-c", `(while :; do echo >>"${pulse}"; sleep 0.02; done) & wait`];
  });

  afterEach(() => {
    parent?.kill("SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });

  async function beats(): Promise<boolean> {
    const size = () => (existsSync(pulse) ? statSync(pulse).size : 0);
    const before = size();
    await sleep(300);
    return size() > before;
  }

  /** Another process that supervises the command and then runs `after`. */
  function supervisingProcess(after: string): ChildProcess {
    const module = JSON.stringify(require.resolve("../../../automation/sandbox/supervised"));
    const args = [command, { PATH: process.env.PATH }, folder, join(folder, "log")].map((value) =>
      JSON.stringify(value),
    );
    const script = `require(${module}).supervise(${args.join(", ")}); ${after}`;
    return spawn(process.execPath, ["-r", "ts-node/register", "-e", script], { stdio: "inherit" });
  }

  it("ends with the processes it started", async () => {
    const server = await supervise(command, process.env, folder, join(folder, "log"));
    assert(await beats());
    await server.end();
    await server.end();
    assert(server.hasExited());
    assert(!(await beats()));
  });

  it("has closed its sockets once it has ended, however much memory it had", async () => {
    const log = join(folder, "log");
    const script =
      "Buffer.alloc(4e8, 1); const s = net.createServer().listen(0, () => console.log(s.address().port))";
    const server = await supervise([process.execPath, "-e", script], process.env, folder, log);
    await until(() => readFileSync(log, "utf8").endsWith("\n"));
    const port = Number(readFileSync(log, "utf8"));
    await server.end();
    await assert.rejects(
      fetch(`http://127.0.0.1:${port}`),
      ({ cause }: { cause: { code: string } }) => cause.code === "ECONNREFUSED",
    );
  });

  it("ends with this process even when that is killed, and its folder goes too", async () => {
    parent = supervisingProcess("setInterval(() => {}, 1e6)");
    await until(() => existsSync(pulse));
    assert(await beats());
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await sleep(300);
    assert(!(await beats()));
    assert(!existsSync(folder));
  });

  it("does not keep this process waiting", async () => {
    parent = supervisingProcess("");
    const [status] = await once(parent, "exit");
    assert.equal(status, 0);
    await sleep(300);
    assert(!existsSync(folder));
  });

  it("reports its end and leaves its output", async () => {
    const log = join(folder, "log");
    const server = await supervise(["sh", "-c", "echo out; echo err >&2; exit 3"], process.env, folder, log);
    await until(() => server.hasExited());
    assert.equal(readFileSync(log, "utf8"), "out\nerr\n");
    await server.end();
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert(tries < 500, "waited ten seconds in vain");
    await sleep(20);
  }
}
