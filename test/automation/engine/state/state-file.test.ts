import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { readStateFile } from "../../../../automation/engine/state/state-file";
import { readOutputs } from "../../../../automation/engine/state/state-outputs";

const resources = (outputs: object) => [
  {
    urn: "urn:pulumi:dev::braintrust-snowflake::pulumi:pulumi:Stack::s",
    type: "pulumi:pulumi:Stack",
    outputs,
  },
];

describe("a state in a folder", () => {
  let folder: string;
  const file = (name = "dev.json") => path.join(folder, ".pulumi", "stacks", "braintrust-snowflake", name);
  const write = (content: unknown) => fs.writeFile(file(), JSON.stringify(content));
  const latest = { manifest: {}, resources: resources({ bucketName: "acme" }) };

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "state-"));
    await fs.mkdir(path.dirname(file()), { recursive: true });
    await write({ version: 3, checkpoint: { stack: "dev", latest } });
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  it("is read as `pulumi stack export` prints it, also before the first update", async () => {
    assert.deepEqual(await readStateFile(folder, "dev"), { version: 3, deployment: latest });
    await write({ version: 3, checkpoint: { stack: "dev" } });
    assert.deepEqual(await readStateFile(folder, "dev"), { version: 3, deployment: undefined });
  });

  it("is left to the CLI where there is none, or one that it has to judge", async () => {
    assert.equal(await readStateFile(folder, "prod"), undefined);
    assert.equal(await readStateFile(path.join(folder, "nowhere"), "dev"), undefined);
    const odd = [
      { version: 4, checkpoint: { latest } },
      { version: 3, checkpoint: { latest }, features: ["journal"] },
      { version: 3, checkpoint: { latest: [] } },
      [],
    ];
    for (const content of odd) {
      await write(content);
      assert.equal(await readStateFile(folder, "dev"), undefined, JSON.stringify(content));
    }
    await fs.writeFile(file(), '{"version":3,"checkpo');
    assert.equal(await readStateFile(folder, "dev"), undefined);
  });

  it("is left to the CLI where its attributes are incomplete", async () => {
    await fs.writeFile(file("dev.json.attrs"), '{"user.cache_control":""}');
    assert.notEqual(await readStateFile(folder, "dev"), undefined);
    await fs.writeFile(file("dev.json.attrs"), '{"user.cache_co');
    assert.equal(await readStateFile(folder, "dev"), undefined);
  });

  it("has outputs that need no CLI, unless one is secret", async () => {
    const workspace = {
      workDir: folder,
      envVars: { PULUMI_BACKEND_URL: `file://${folder}` },
      pulumiCommand: { command: path.join(folder, "no-such-cli") },
    };
    const stack = { name: "organization/braintrust-snowflake/dev", workspace } as unknown as Stack;
    assert.deepEqual(await readOutputs(stack), { bucketName: { value: "acme", secret: false } });

    const decrypted = {
      key: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"k\\"1"' },
      nested: {
        list: [{ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: "[1]" }],
      },
      none: null,
    };
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:x",
    };
    await write({ version: 3, checkpoint: { latest: { resources: resources({ key: secret }) } } });
    const exported = JSON.stringify({ version: 3, deployment: { resources: resources(decrypted) } });
    const script = `#!/bin/sh\n[ "$1 $2 $3" = "stack export --show-secrets" ] && cat <<'END'\n${exported}\nEND\n`;
    await fs.writeFile(workspace.pulumiCommand.command, script, { mode: 0o755 });
    assert.deepEqual(await readOutputs(stack), {
      key: { value: 'k"1', secret: true },
      nested: { value: { list: [[1]] }, secret: true },
      none: { value: null, secret: false },
    });
  });
});
