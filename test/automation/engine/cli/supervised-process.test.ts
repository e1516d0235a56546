import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { supervise } from "../../../../automation/engine/cli/supervised-process";
import { thisHost } from "../../../../automation/engine/state/host";
import { until } from "../../../until";

describe("a supervised command", () => {
  let root: string;
  let folder: string;
  let started: string;
  let command: string[];
  let parent: ChildProcess | undefined;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "supervised-test-"));
    folder = join(root, "folder");
    started = join(root, "started");
    mkdirSync(folder);
    command = ["sh", "-c", `sleep 30 & echo "$$ $!" >"${started}"; wait`];
  });

  afterEach(() => {
    parent?.kill("SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });

  /** The command and the process that it starts, once both run. */
  async function processes(): Promise<number[]> {
    const said = () => (existsSync(started) ? readFileSync(started, "utf8") : "");
    await until(() => said().endsWith("\n"), "the command has started");
    return said().trim().split(" ").map(Number);
  }

  /** Another process that supervises the command and then runs `after`. */
  function supervisingProcess(after: string): ChildProcess {
    const module = JSON.stringify(require.resolve("../../../../automation/engine/cli/supervised-process"));
    const args = [command, { PATH: process.env.PATH }, folder, join(folder, "log")].map((value) =>
      JSON.stringify(value),
    );
    const script = `require(${module}).supervise(${args.join(", ")}); ${after}`;
    return spawn(process.execPath, ["-r", "ts-node/register", "-e", script], { stdio: "inherit" });
  }

  it("ends with the processes it started", async () => {
    const server = await supervise(command, process.env, folder, join(folder, "log"));
    const pids = await processes();
    assert(pids.every(thisHost.runs));
    await server.end();
    await server.end();
    assert(server.hasExited());
    await until(() => !pids.some(thisHost.runs), "the command and its child have ended");
  });

  it("has closed its sockets once it has ended, however much memory it had", async () => {
    const log = join(folder, "log");
    const script =
      "Buffer.alloc(4e8, 1); const s = net.createServer().listen(0, () => console.log(s.address().port))";
    const server = await supervise([process.execPath, "-e", script], process.env, folder, log);
    await until(() => readFileSync(log, "utf8").endsWith("\n"), "the server listens");
    const port = Number(readFileSync(log, "utf8"));
    await server.end();
    await assert.rejects(
      fetch(`http://127.0.0.1:${port}`),
      ({ cause }: { cause: { code: string } }) => cause.code === "ECONNREFUSED",
    );
  });

  it("ends with this process even when that is killed, and its folder goes too", async () => {
    parent = supervisingProcess("setInterval(() => {}, 1e6)");
    const pids = await processes();
    parent.kill("SIGKILL");
    await until(() => !pids.some(thisHost.runs), "the command and its child have ended");
    await until(() => !existsSync(folder), "the folder is gone");
  });

  it("does not keep this process waiting", async () => {
    parent = supervisingProcess("");
    const [status] = await once(parent, "exit");
    assert.equal(status, 0);
    await until(() => !existsSync(folder), "the folder is gone");
  });

  it("reports its end and leaves its output", async () => {
    const log = join(folder, "log");
    const server = await supervise(["sh", "-c", "echo out; echo err >&2; exit 3"], process.env, folder, log);
    await until(() => server.hasExited(), "the command has ended");
    assert.equal(readFileSync(log, "utf8"), "out\nerr\n");
    await server.end();
  });
});
