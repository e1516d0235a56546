import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { version as SDK_VERSION } from "@pulumi/pulumi/version";
import { BUILT_VERSION, findEngine, systemTools } from "../../../../automation/engine/cli/pulumi-cli";
import { thisHost } from "../../../../automation/engine/state/host";
import { until } from "../../../until";

describe("findEngine with real processes", () => {
  let home: string;
  let folder: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "engine-home-"));
    folder = await mkdtemp(join(tmpdir(), "engine-path-"));
  });
  afterEach(async () => {
    await rm(home, { recursive: true });
    await rm(folder, { recursive: true });
  });

  const script = (file: string, text: string) => writeFile(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const fakeCli = (version: string) => `echo v${version}`;

  /** `go` is the script; nothing is on PATH or downloaded. */
  async function findWithGo(go: string, signal?: AbortSignal): Promise<PulumiCommand> {
    await script(join(folder, "go"), go);
    return findEngine({
      environment: {
        ...process.env,
        PULUMI_HOME: home,
        PATH: `${folder}:${process.env.PATH}`,
        ARGS: join(folder, "args"),
      },
      tools: {
        ...systemTools,
        probe: async (root) =>
          root === undefined ? Promise.reject(new Error("hidden")) : systemTools.probe(root),
        download: () => Promise.reject(new Error("closed network")),
      },
      ...(signal && { signal }),
    });
  }
  /** Writes a CLI to where `-o` says. */
  const building = `
    printf '%s\\n' "$@" > "$ARGS"
    while [ "$1" != -o ]; do shift; done
    mkdir -p "$(dirname "$2")"
    printf '#!/bin/sh\\n${fakeCli(BUILT_VERSION)}\\n' > "$2"; chmod +x "$2"`;
  const filesOf = (root: string) => readdir(root, { recursive: true }).then((files) => files.sort());
  const justTheCli = ["", "bin", "bin/pulumi"].map((file) => join("versions", BUILT_VERSION, file));

  it("builds where Pulumi looks, from the module in the project, and leaves nothing else", async () => {
    const engine = await findWithGo(building);
    assert.equal(engine.command, join(home, "versions", BUILT_VERSION, "bin", "pulumi"));
    assert.equal(String(engine.version), BUILT_VERSION);
    assert.deepEqual(await filesOf(home), ["versions", ...justTheCli]);

    const [verb, chdir, ...rest] = (await readFile(join(folder, "args"), "utf8")).trim().split("\n");
    assert.deepEqual(
      [verb, rest[0], rest.at(-1)],
      ["build", "-mod=readonly", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
    );
    const goMod = await readFile(join(chdir?.replace("-C=", "") ?? "", "go.mod"), "utf8");
    assert.match(goMod, new RegExp(`github.com/pulumi/pulumi/pkg/v3 v${BUILT_VERSION}\\b`));

    assert.equal((await findWithGo("exit 1")).command, engine.command);
  });

  it("downloads by Pulumi's own installer, with all that comes with the CLI", async () => {
    const installer = `root=$3; mkdir -p "$root/bin"; touch "$root/bin/pulumi-language-nodejs"
      printf '#!/bin/sh\\n${fakeCli(SDK_VERSION)}\\n' > "$root/bin/pulumi"; chmod +x "$root/bin/pulumi"`;
    const site = join(folder, "site.js");
    await writeFile(site, `globalThis.fetch = async () => new Response(${JSON.stringify(installer)});`);
    const root = join(home, "versions", SDK_VERSION);
    await systemTools.download({
      root,
      environment: { ...process.env, NODE_OPTIONS: `--require=${site}` },
      signal: undefined,
    });
    assert.equal(String((await systemTools.probe(root)).version), SDK_VERSION);
    assert.deepEqual(await filesOf(join(home, "versions")), [
      SDK_VERSION,
      ...["bin", "bin/pulumi", "bin/pulumi-language-nodejs"].map((file) => join(SDK_VERSION, file)),
    ]);
  });

  it("lets two build at once", async () => {
    const both = await Promise.all([
      findWithGo(`sleep 0.2; ${building}`),
      findWithGo(`sleep 0.2; ${building}`),
    ]);
    assert.deepEqual(
      both.map(({ version }) => String(version)),
      [BUILT_VERSION, BUILT_VERSION],
    );
    assert.deepEqual(await filesOf(home), ["versions", ...justTheCli]);
  });

  it("does not take a CLI that a failed build has left, and says what the build said", async () => {
    const go = `${building}\necho early >&2; echo 'pkg/x.go:1: undefined: y' >&2; echo 'disk full' >&2; exit 1`;
    await assert.rejects(findWithGo(go), /Go module: early; pkg\/x\.go:1: undefined: y; disk full\n/);
    assert.deepEqual(await filesOf(home), ["versions"]);
  });

  it("kills the build and all it started when it is aborted, and leaves no file", async () => {
    const abort = new AbortController();
    const pids = join(folder, "pids");
    const running = findWithGo(
      `${building}\nsleep 60 & echo "$$ $!" > ${pids}.new; mv ${pids}.new ${pids}; wait`,
      abort.signal,
    );
    running.catch(() => {});
    await until(() => existsSync(pids), "the build runs");
    const reason = new Error("stopped");
    abort.abort(reason);
    await assert.rejects(running, reason);
    assert.deepEqual(await filesOf(home), ["versions"]);
    const [go = 0, child = 0] = (await readFile(pids, "utf8")).trim().split(" ").map(Number);
    for (const pid of [go, child]) await until(() => !thisHost.runs(pid), `process ${pid} has ended`);
  });

  it("passes over a CLI that is too old", async () => {
    const bin = join(home, "versions", "3.100.0", "bin");
    await mkdir(bin, { recursive: true });
    await script(join(bin, "pulumi"), fakeCli("3.100.0"));
    await assert.rejects(
      findWithGo("exit 1"),
      new RegExp(
        `in ${bin}: 3\\.100\\.0 is older than ${BUILT_VERSION}, the oldest that this project works with\n`,
      ),
    );
  });

  it("takes what Pulumi's installer has put into its home", async () => {
    await mkdir(join(home, "bin"));
    await script(join(home, "bin", "pulumi"), fakeCli("3.999.0"));
    assert.equal((await findWithGo("exit 1")).command, join(home, "bin", "pulumi"));
  });
});
