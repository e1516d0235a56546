import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as automation from "@pulumi/pulumi/automation";
import { version } from "@pulumi/pulumi/package.json";
import * as debuggable from "@pulumi/pulumi/runtime/debuggable";
import SemVer from "semver/classes/semver";
import * as engine from "../../automation/engine/sdk-internals";
import * as plan from "../../automation/plan/sdk-internals";
import { projectDir } from "../../automation/project/stack-file";
import { CHECKED_SDK } from "../../components/package";
import * as settings from "../../components/settings/sdk-internals";
import "../../promise-traces";

describe("what the SDK declares to nobody", () => {
  it("was checked against the version in use", () => {
    assert.equal(CHECKED_SDK, version);
  });

  it("says which keys of the configuration are encrypted", () => {
    pulumi.runtime.setAllConfig({ "a:plain": "1", "a:secret": "2" }, ["a:secret"]);
    assert.equal(settings.isConfigSecret("a:secret"), true);
    assert.equal(settings.isConfigSecret("a:plain"), false);
  });

  it("runs inline programs by a method that can be replaced", () => {
    assert.equal(engine.languageServer.run.length, 2, "call and callback");
    assert.match(String(engine.languageServer.run), /this\.program/);
  });

  it("tells their server when the CLI has ended", () => {
    assert.equal(engine.languageServer.onPulumiExit.length, 1, "whether it failed");
    for (const command of ["up", "preview", "refresh", "destroy"] as const) {
      assert.match(String(automation.Stack.prototype[command]), /languageServer\.onPulumiExit\(hasError\)/);
    }
  });

  it("calls a CLI whose version is given", () => {
    const { command, version: known } = engine.pulumiCommand("/opt/pulumi/bin/pulumi", "3.259.1");
    assert.deepEqual([command, known?.version], ["/opt/pulumi/bin/pulumi", "3.259.1"]);
  });

  describe("with a stack that is known", () => {
    const calls: string[][] = [];
    const cli = {
      command: "pulumi",
      version: new SemVer("3.259.0"),
      run: async (args: string[]) => {
        calls.push(args);
        return { stdout: "{}", stderr: "", code: 0 };
      },
    };
    const options = { workDir: projectDir, pulumiCommand: cli };

    beforeEach(() => {
      calls.length = 0;
    });

    it("does not select it by the CLI, as the SDK does", async () => {
      await automation.LocalWorkspace.selectStack({ stackName: "dev", workDir: projectDir }, options);
      assert.deepEqual(calls.splice(0), [["stack", "select", "--stack", "dev"]]);
      assert.equal((await engine.knownStack("dev", options)).name, "dev");
      assert.deepEqual(calls, []);
    });

    it("ends an update with the outputs that are given, and asks the CLI for nothing else", async () => {
      const stack = await engine.knownStack("dev", options);
      const outputs = { bucketName: { value: "exports", secret: false } };
      engine.answerUpdates(stack, async () => outputs);
      const result = await stack.up();
      assert.deepEqual([result.outputs, result.summary], [outputs, undefined]);
      assert.deepEqual(
        calls.map(([command]) => command),
        ["up"],
      );
    });
  });

  it("wants of npm's dependency resolver one class, which is loaded once it is wanted", () => {
    const script = `
      require("./automation/sdk-loading");
      const loaded = () => Object.keys(require.cache).some((file) => /arborist.lib.arborist.index/.test(file));
      require("@pulumi/pulumi/automation");
      const before = loaded();
      const sdk = require.resolve("@pulumi/pulumi/package.json");
      const { Arborist } = require(require.resolve("@npmcli/arborist", { paths: [sdk] }));
      console.log(JSON.stringify([before, typeof new Arborist({ path: "." }).loadActual, loaded()]));`;
    const ran = spawnSync(
      process.execPath,
      ["-r", "./bin/compile-cache.js", "-r", "ts-node/register", "-e", script],
      {
        cwd: projectDir,
        encoding: "utf8",
      },
    );
    assert.equal(ran.stdout.trim(), '[false,"function",true]', ran.stderr);
    const user = readFileSync(require.resolve("@pulumi/pulumi/runtime/closure/codePaths"), "utf8");
    const uses = [...user.matchAll(/\barborist\.(\w+)/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(uses)], ["Arborist"]);
  });

  describe("of its promises", () => {
    const { debuggablePromise, leakedPromises } = debuggable as unknown as {
      debuggablePromise(promise: Promise<unknown>): Promise<unknown>;
      leakedPromises(): [leaked: ReadonlySet<unknown>, message: string];
    };

    it("traces none but the first, and keeps the traces of errors", async () => {
      await debuggablePromise(Promise.resolve());
      const promise: Promise<unknown> & { _debugStackTrace?: string } = Promise.reject(new Error("late"));
      await assert.rejects(debuggablePromise(promise), (error: Error & { promise?: unknown }) => {
        assert.equal(error.promise, promise);
        return /\n {4}at .*sdk-internals\.test/.test(`${error.stack}`);
      });
      assert.equal(promise._debugStackTrace, undefined);
    });

    it("counts those that are never settled, and no others", async () => {
      leakedPromises();
      const never = new Promise(() => undefined);
      void debuggablePromise(never);
      assert.equal(await debuggablePromise(Promise.resolve(1)), 1);
      const [leaked, message] = leakedPromises();
      assert.deepEqual([...leaked], [never]);
      assert.match(message, /1 promise was still active/);
    });

    it("ends a process that leaves some behind with 1", () => {
      const script = `
        require("./promise-traces");
        const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
        debuggablePromise(Promise.resolve());
        debuggablePromise(new Promise(() => undefined));`;
      const ran = spawnSync(
        process.execPath,
        ["-r", "./bin/compile-cache.js", "-r", "ts-node/register", "-e", script],
        {
          cwd: projectDir,
          encoding: "utf8",
        },
      );
      assert.equal(ran.status, 1, ran.stderr);
      assert.match(ran.stderr, /1 promise was still active/);
    });
  });

  it("has options that its gRPC clients are created with", () => {
    assert.equal(typeof engine.grpcClientOptions["grpc.max_receive_message_length"], "number");
  });

  it("mocks registrations by a method that can be extended", () => {
    assert.equal(plan.MockMonitor.prototype.registerResource.length, 2, "request and callback");
  });
});
