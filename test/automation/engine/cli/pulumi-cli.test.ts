import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import { version as SDK_VERSION } from "@pulumi/pulumi/version";
import * as fc from "fast-check";
import {
  BUILT_VERSION,
  type EngineOptions,
  type EngineTools,
  findEngine,
  versionsToTry,
} from "../../../../automation/engine/cli/pulumi-cli";
import { PipelineError } from "../../../../automation/errors";

const HOME = "/home/of/pulumi";
const sdkRoot = `${HOME}/versions/${SDK_VERSION}`;
const builtRoot = `${HOME}/versions/${BUILT_VERSION}`;

describe("findEngine", () => {
  /** Tools that find a CLI where `there` says, `undefined` being PATH, and write down what they are asked. */
  function machine(there: readonly (string | undefined)[], changes: Partial<EngineTools> = {}) {
    const present = new Set(there);
    const calls: string[] = [];
    const tools: EngineTools = {
      probe: async (root) => {
        calls.push(`probe ${root ?? "PATH"}`);
        if (!present.has(root)) throw new Error("no `pulumi` there");
        return { command: root ?? "pulumi", version: null };
      },
      list: async () => [],
      hasGo: async () => true,
      download: async ({ root }) => {
        calls.push(`download ${root}`);
        present.add(root);
      },
      build: async ({ root }) => {
        calls.push(`build ${root}`);
        present.add(root);
      },
      ...changes,
    };
    const find = (options: EngineOptions = {}) =>
      findEngine({ environment: { PULUMI_HOME: HOME }, tools, ...options });
    return { calls, find };
  }
  const unreachable = async () => {
    throw new Error("get.pulumi.com does not answer");
  };

  it("takes the one on PATH and looks no further", async () => {
    const { calls, find } = machine([undefined, sdkRoot]);
    assert.equal((await find()).command, "pulumi");
    assert.deepEqual(calls, ["probe PATH"]);
  });

  it("looks into every place before it downloads, and says where it is at", async () => {
    const { calls, find } = machine([], { list: async () => [".3.270.0-x1", "3.99.0", "3.300.0"] });
    const said: string[] = [];
    assert.equal((await find({ onProgress: (line) => said.push(line) })).command, sdkRoot);
    const probes = [
      "PATH",
      HOME,
      sdkRoot,
      builtRoot,
      `${HOME}/versions/3.300.0`,
      `${HOME}/versions/3.99.0`,
    ].map((place) => `probe ${place}`);
    assert.deepEqual(calls, [...probes, `download ${sdkRoot}`, `probe ${sdkRoot}`]);
    assert.deepEqual(said, [`downloading the Pulumi CLI ${SDK_VERSION}`]);
  });

  it("builds when nothing can be downloaded", async () => {
    const { calls, find } = machine([], { download: unreachable });
    const said: string[] = [];
    assert.equal((await find({ onProgress: (line) => said.push(line) })).command, builtRoot);
    assert.deepEqual(calls.slice(-2), [`build ${builtRoot}`, `probe ${builtRoot}`]);
    assert.equal(
      said.at(-1),
      `building the Pulumi CLI ${BUILT_VERSION} from its Go module: about six minutes on two cores`,
    );
  });

  it("says of each way why it failed and what to do, one line each", async () => {
    const { calls, find } = machine([], { download: unreachable, hasGo: async () => false });
    await assert.rejects(find(), (error: unknown) => {
      assert.ok(error instanceof PipelineError);
      assert.deepEqual(error.message.split("\n"), [
        "there is no Pulumi CLI to work with, and none could be had:",
        "  on PATH: no `pulumi` there",
        `  in ${HOME}/bin: no \`pulumi\` there`,
        `  in ${sdkRoot}/bin: no \`pulumi\` there`,
        `  in ${builtRoot}/bin: no \`pulumi\` there`,
        `  downloading the Pulumi CLI ${SDK_VERSION}: get.pulumi.com does not answer`,
        `  building the Pulumi CLI ${BUILT_VERSION} from its Go module: \`go\` is not on PATH`,
        "Install Pulumi (https://www.pulumi.com/docs/install/), or put `go` on PATH so that the CLI can be built here; then try again.",
      ]);
      return true;
    });
    assert.equal(
      calls.some((call) => call.startsWith("build")),
      false,
    );
  });

  it("keeps a command's last lines, and no password of a proxy's", async () => {
    const build = async () => {
      throw new Error(
        "one\ntwo\n\n  three\nGet https://me:hunter2@proxy.example/x: \u001b[31mrefused\u001b[0m\n",
      );
    };
    const { find } = machine([], { download: unreachable, build });
    await assert.rejects(find(), /Go module: two; three; Get https:\/\/proxy\.example\/x: refused\n/);
  });

  it("keeps telling how long a step has taken, and stops with it", async () => {
    const ticking = new Map<object, () => void>();
    const start = mock.method(globalThis, "setInterval", (tick: () => void, milliseconds: number) => {
      assert.equal(milliseconds, 30_000);
      const timer = {};
      ticking.set(timer, tick);
      return timer;
    });
    const stop = mock.method(globalThis, "clearInterval", (timer: object) => ticking.delete(timer));
    const said: string[] = [];
    try {
      const download = async () => {
        for (const tick of [...ticking.values()]) for (const _ of [30, 60, 90]) tick();
        return unreachable();
      };
      await machine([], { download }).find({ onProgress: (line) => said.push(line) });
    } finally {
      start.mock.restore();
      stop.mock.restore();
    }
    const step = `downloading the Pulumi CLI ${SDK_VERSION}`;
    assert.deepEqual(said.slice(0, -1), [
      step,
      ...["0 min 30 s", "1 min 0 s", "1 min 30 s"].map((time) => `still ${step}: ${time}`),
    ]);
    assert.equal(ticking.size, 0);
  });

  it("tries nothing more once it is aborted", async () => {
    const abort = new AbortController();
    const reason = new Error("stopped");
    const download = async () => abort.abort(reason);
    const { calls, find } = machine([], { download });
    await assert.rejects(find({ signal: abort.signal }), reason);
    assert.equal(
      calls.some((call) => call.startsWith("build")),
      false,
    );
  });

  it("looks in ~/.pulumi by default", async () => {
    const root = join(homedir(), ".pulumi", "versions", SDK_VERSION);
    assert.equal((await machine([root]).find({ environment: {} })).command, root);
  });
});

describe("versionsToTry", () => {
  it("puts the SDK's and ours first and the others in falling order, without what is no release", () => {
    const part = fc.integer({ min: 0, max: 400 });
    const release = fc.tuple(part, part, part).map((parts) => parts.join("."));
    const other = fc.constantFrom(
      ".3.1.0-Ab12Cd",
      "3.260.0-alpha.1",
      "latest",
      "3.1",
      SDK_VERSION,
      BUILT_VERSION,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(release, other)), (names) => {
        const [first, second, ...rest] = versionsToTry(names);
        assert.deepEqual([first, second], [SDK_VERSION, BUILT_VERSION]);
        assert.deepEqual(
          new Set([first, second, ...rest]),
          new Set([first, second, ...names.filter((name) => /^\d+\.\d+\.\d+$/.test(name))]),
        );
        const number = (version: string) =>
          version.split(".").reduce((sum, digits) => sum * 1000 + Number(digits), 0);
        const numbers = rest.map(number);
        assert.deepEqual(
          numbers,
          [...numbers].sort((a, b) => b - a),
        );
      }),
    );
  });
});
