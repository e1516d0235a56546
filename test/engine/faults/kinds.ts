import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Deployment, PipelineError } from "../../../automation";
import type { Fault, Operation } from "../fake-provider/world";
import type { TestProject } from "../harness";

/** The operation that is to fail. */
export interface Faulty {
  readonly project: TestProject;
  readonly operation: Operation;
  readonly type: string;
  /** Logical name of the resource. */
  readonly name: string;
  /** AWS has carried the operation out when the fault strikes. */
  readonly late: boolean;
}

/** One way to fail. */
export interface Kind {
  readonly title: string;
  /** Whether it ends without a word. */
  readonly silent?: boolean;
  /** Runs the command into the fault and returns what it said; nothing where that was the last it had to do. */
  strike(faulty: Faulty): Promise<string | undefined>;
}

/** After which the engine has heard of a signal to the command line. */
const HEARD_MS = 2_500;
/** Long enough for the engine to get to the operation, also on a machine that has much to do. */
const DEADLINES_MS = [9_000, 27_000, 81_000];

export const kinds: readonly Kind[] = [
  {
    title: "an error",
    async strike(faulty) {
      set(faulty, { error: "AccessDenied: not this one" });
      return failing(faulty);
    },
  },
  {
    title: "no answer within the deadline",
    async strike(faulty) {
      const { project, name } = faulty;
      for (const timeoutMs of DEADLINES_MS) {
        set(faulty, {});
        const told = await failing(faulty, { timeoutMs, graceMs: 500 });
        if (!project.world.calls().some((call) => call.operation === "held" && call.name === name)) continue;
        assert.match(told, /did not end within \d+ s/);
        return told;
      }
      return assert.fail("the engine did not get there");
    },
  },
  {
    title: "the provider killed",
    async strike(faulty) {
      set(faulty, { dies: true });
      const told = await failing(faulty);
      await faulty.project.revive();
      return told;
    },
  },
  { title: "SIGINT", strike: (faulty) => cancelled(faulty, "SIGINT") },
  { title: "SIGTERM", strike: (faulty) => cancelled(faulty, "SIGTERM") },
  {
    title: "SIGKILL",
    silent: true,
    async strike(faulty) {
      set(faulty, {});
      const { child, ended } = faulty.project.start(commandFor(faulty));
      await faulty.project.held(faulty.name);
      process.kill(-(child.pid ?? 0), "SIGKILL");
      const { code, stderr } = await ended;
      assert.equal(code, null, stderr);
      return stderr;
    },
  },
];

function set({ project, operation, type, name, late }: Faulty, fault: Partial<Fault>): void {
  project.world.setFaults({ operation, type, name, late, ...fault });
}

/** By the typed functions, which spare a process. */
async function failing({ project, operation }: Faulty, limits = {}): Promise<string> {
  const options = { ...project.options, ...limits, create: true, retryWaitMs: 10 };
  const deployment = await Deployment.open(options);
  const update =
    operation === "delete"
      ? deployment.destroy([])
      : deployment.up({ refresh: operation === "read" || operation === "update" }, []);
  const error = await update.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PipelineError, String(error));
  return error.message;
}

async function cancelled(faulty: Faulty, signal: "SIGINT" | "SIGTERM"): Promise<string | undefined> {
  set(faulty, {});
  const { project, name } = faulty;
  const { child, ended } = project.start(commandFor(faulty));
  await Promise.race([
    project.held(name),
    ended.then(({ stderr }) => assert.fail(`ended before: ${stderr}`)),
  ]);
  child.kill(signal);
  await sleep(HEARD_MS);
  project.world.setFaults();
  const { code, stdout, stderr } = await ended;
  if (code === 0) {
    assert.match(stdout, /^stack "\w+": \d+ /);
    return undefined;
  }
  assert.equal(code, 1, stderr);
  assert.match(stderr, /was cancelled/);
  // The command line reads in its preview, which changes nothing.
  return faulty.operation === "read" ? undefined : stderr;
}

function commandFor({ operation }: Faulty): string[] {
  if (operation === "delete") return ["destroy", "--yes"];
  return ["up", "--create", "--yes", ...(operation === "create" ? [] : ["--refresh"])];
}
