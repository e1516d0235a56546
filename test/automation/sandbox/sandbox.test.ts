import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../../automation/errors";
import { readProject } from "../../../automation/project/stack-file";
import { emulatorAccess } from "../../../automation/sandbox/emulator";
import { enterEnvironment, sandboxEnvironment, shellScript } from "../../../automation/sandbox/environment";
import { createSandboxProject } from "../../../automation/sandbox/project";
import { runSandbox } from "../../../automation/sandbox/sandbox";

describe("the sandbox", () => {
  const untouched = () => assert.fail("nothing was to be begun");

  for (const stack of ["../other", "a stack", ""]) {
    it(`begins nothing for a stack named ${JSON.stringify(stack)}`, async () => {
      const { signal } = new AbortController();
      await assert.rejects(
        runSandbox({ stack, signal, onProgress: untouched, onShown: untouched, verify: untouched }),
        (error) => error instanceof UsageError && error.message.startsWith(`--stack ${stack}: must be`),
      );
    });
  }

  it("leaves no folder where its project cannot be written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sandbox-test-"));
    const leave = enterEnvironment({ TMPDIR: folder });
    try {
      const access = emulatorAccess("https://localhost:4566", "certificate.pem");
      await assert.rejects(createSandboxProject("no/such/folder", access), { code: "ENOENT" });
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      leave();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("has neither the backend nor the defaults of the caller's project", async () => {
    const access = emulatorAccess("https://localhost:4566", "certificate.pem");
    const dir = await createSandboxProject("dev", access);
    try {
      const { backend, config } = await readProject(dir);
      assert.deepEqual({ backend, config }, { backend: { url: "file://./state" }, config: undefined });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("gives another terminal its environment, and none of the caller's backend", () => {
    const environment = sandboxEnvironment({ environment: { AWS_CA_BUNDLE: '/tmp/it\'s "$HOME"/c.pem' } });
    const script = `${shellScript(environment)}exec env -0`;
    const output = execFileSync("sh", ["-ec", script], {
      env: { ...process.env, PULUMI_BACKEND_URL: "s3://state" },
      encoding: "utf8",
    });
    const seen = new Map(output.split("\0").map((line) => line.split(/=(.*)/s, 2) as [string, string]));
    for (const [name, value] of Object.entries(environment)) assert.equal(seen.get(name), value, name);
    assert.match(seen.get("PULUMI_CONFIG_PASSPHRASE") ?? "", /^[0-9a-f]{32}$/);
  });
});
