import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as zlib from "node:zlib";
import { Checkpoints } from "../../../../automation/deploy/recovery/checkpoints";
import { engineCopies } from "../../../../automation/deploy/recovery/engine-copies";
import { OwnCopies } from "../../../../automation/deploy/recovery/own-copies";
import { PipelineError, UsageError } from "../../../../automation/errors";
import { PROJECT } from "../../../../components/settings/settings";

const HERE = "file://./state";

const state = (...urns: string[]) => ({
  version: 3,
  deployment: { manifest: { time: "now" }, resources: urns.map((urn) => ({ urn, type: "t" })) },
});

describe("checkpoints of a state", () => {
  let dir: string;
  let own: OwnCopies;
  let checkpoints: Checkpoints;
  const ownFolder = () => path.join(dir, "state", "checkpoints", "dev");
  const backups = () => path.join(dir, "state", ".pulumi", "backups", PROJECT, "dev");

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "checkpoints-"));
    await fs.mkdir(backups(), { recursive: true });
    own = new OwnCopies(dir, "dev", HERE);
    const engines = () => engineCopies({ stack: "dev", workDir: dir, backendUrl: HERE });
    checkpoints = new Checkpoints("dev", engines, own);
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  /** As Pulumi writes it after an update: backupStack in pkg/backend/diy/state.go. */
  async function backup(time: string, name: (nanoseconds: string) => string, ...urns: string[]) {
    const { version, deployment } = state(...urns);
    const latest = { ...deployment, manifest: { time } };
    const text = JSON.stringify({ version, checkpoint: { stack: `organization/${PROJECT}/dev`, latest } });
    const file = path.join(backups(), name(`${Date.parse(time)}000123`));
    await fs.writeFile(file, file.endsWith(".gz") ? zlib.gzipSync(text) : text);
  }

  it("are the engine's and those of recover, whole and newest first", async () => {
    await own.keep(state("a", "b", "c"), "restore", new Date("2026-11-25T10:30:00Z"));
    await backup("2026-11-25T10:00:00Z", (time) => `dev.${time}.json`, "a");
    await backup("2026-11-25T11:00:00Z", (time) => `dev.${time}.json.gz`, "a", "b");
    const list = await checkpoints.list();
    assert.deepEqual(
      list.map(({ taken, before, resources }) => [taken, before, resources]),
      [
        ["2026-11-25T11:00:00.000Z", undefined, 2],
        ["2026-11-25T10:30:00.000Z", "restore", 3],
        ["2026-11-25T10:00:00.000Z", undefined, 1],
      ],
    );
    const [packed, kept, plain] = list;
    for (const [copy, urns] of [
      [packed, ["a", "b"]],
      [kept, ["a", "b", "c"]],
      [plain, ["a"]],
    ] as const) {
      const { deployment } = (await checkpoints.read(copy?.id ?? "")).state;
      assert.deepEqual(deployment.resources, state(...urns).deployment.resources);
    }
  });

  it("leave out attributes of files, torn copies and other stacks", async () => {
    await backup("2026-11-25T10:00:00Z", (time) => `dev.${time}.json`, "a");
    await backup("2026-11-25T10:00:00Z", (time) => `dev.${time}.json.attrs`, "a");
    await backup("2026-11-25T10:00:00Z", (time) => `dev2.${time}.json`, "a");
    await fs.writeFile(path.join(backups(), "dev.1795600000000000000.json"), '{"version":3,"check');
    assert.equal((await checkpoints.list()).length, 1);
  });

  it("are listed to a number, the newest, and restored whichever is named", async () => {
    for (let minute = 10; minute < 33; minute += 1) {
      await backup(`2026-11-25T10:${minute}:00Z`, (time) => `dev.${time}.json`, `${minute}`);
    }
    const taken = (await checkpoints.list()).map((one) => one.taken);
    assert.deepEqual(
      [taken.length, taken[0], taken.at(-1)],
      [20, "2026-11-25T10:32:00.000Z", "2026-11-25T10:13:00.000Z"],
    );
    const oldest = `${Date.parse("2026-11-25T10:10:00Z")}000123`;
    assert.deepEqual((await checkpoints.read(oldest)).state.deployment.resources, [{ urn: "10", type: "t" }]);
  });

  it("have as the latest the newest that differs from the present state", async () => {
    await backup("2026-11-25T10:00:00Z", (time) => `dev.${time}.json`, "a");
    await backup("2026-11-25T11:00:00Z", (time) => `dev.${time}.json`, "a", "b");
    const present = { ...state("a", "b"), deployment: { ...state("a", "b").deployment, manifest: {} } };
    assert.equal((await checkpoints.latest(present)).checkpoint.taken, "2026-11-25T10:00:00.000Z");
    assert.equal((await checkpoints.latest(undefined)).checkpoint.taken, "2026-11-25T11:00:00.000Z");
    const pending = { ...present.deployment, pending_operations: [{ type: "creating" }] };
    const interrupted = await checkpoints.latest({ ...present, deployment: pending });
    assert.equal(interrupted.checkpoint.taken, "2026-11-25T11:00:00.000Z");
  });

  it("have no latest where none differs, or there is none", async () => {
    await assert.rejects(
      checkpoints.latest(state("a")),
      new UsageError('no checkpoint "latest" of stack "dev": there is none yet'),
    );
    await backup("2026-11-25T10:00:00Z", (time) => `dev.${time}.json`, "a");
    await assert.rejects(checkpoints.latest(state("a")), /none differs from its present state/);
  });

  it("are each backend's own: neither listed nor restored for another", async () => {
    const others = new OwnCopies(dir, "dev", "s3://elsewhere");
    await others.keep(state("a"), "up", new Date("2026-11-24T10:00:00Z"));
    await own.keep(state("a"), "repair", new Date("2026-11-25T09:00:00Z"));
    assert.equal((await checkpoints.list()).length, 1);
    const [other] = await others.list();
    await assert.rejects(checkpoints.read(other?.id ?? ""), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(
        error.message,
        /is of stack "dev" in s3:\/\/elsewhere, and this one is in file:\/\/\.\/state:/,
      );
      return true;
    });
    await assert.rejects(checkpoints.read("yesterday"), (error) => {
      assert.ok(error instanceof Error);
      return !error.message.includes(other?.id ?? "");
    });
  });

  it("are for the owner's eyes alone, and recover keeps none of a state without resources", async () => {
    await own.keep({ version: 3, deployment: {} }, "restore");
    assert.deepEqual(await checkpoints.list(), []);
    await own.keep(state("a"), "restore");
    const [name = ""] = await fs.readdir(ownFolder());
    assert.equal((await fs.stat(path.join(ownFolder(), name))).mode & 0o777, 0o600);
  });

  it("are named where one is requested that is not there, or cannot be read", async () => {
    await assert.rejects(checkpoints.read("1"), /no checkpoint "1" of stack "dev": there is none yet/);
    await own.keep(state("a"), "restore");
    const [one] = await checkpoints.list();
    await assert.rejects(checkpoints.read("../../other"), new RegExp(`there are ${one?.id}`));
    await fs.writeFile(path.join(ownFolder(), `${one?.id}.json`), '{"taken":');
    await assert.rejects(checkpoints.read(one?.id ?? ""), /cannot be read/);
    assert.deepEqual(await checkpoints.list(), []);
  });

  it("stop an import where they cannot be written", async () => {
    await fs.writeFile(path.join(dir, "state", "checkpoints"), "a file where a folder belongs");
    await assert.rejects(own.keep(state("a"), "restore"), (error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, /^restore was not begun: the state could not be copied before/);
      return true;
    });
  });
});
