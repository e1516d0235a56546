import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { packageDir } from "../../components/package";

/** Of Kubernetes (RFC 1123), and no longer than the operator takes: operator/api/pulumi/v1/stack_validation_test.go. */
const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
  .max(42);
const secret = z.strictObject({ name: z.string(), key: z.string() });
/**
 * What of a Stack the page may use, as operator/config/crd/bases/pulumi.com_stacks.yaml of pulumi/pulumi-kubernetes-operator
 * has it at commit 19e812f37bc75102afc7b46ce5a32475bf54fe49. `kubectl apply` refuses any other field.
 */
const stack = z.strictObject({
  apiVersion: z.literal("pulumi.com/v1"),
  kind: z.literal("Stack"),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    serviceAccountName: name,
    projectRepo: z.url(),
    repoDir: z.string().optional(),
    branch: z.string(),
    shallow: z.boolean().optional(),
    stack: z.string(),
    backend: z.string().optional(),
    secretsProvider: z.string().optional(),
    refresh: z.boolean().optional(),
    resyncFrequencySeconds: z.int().min(60).optional(),
    envRefs: z.record(z.string(), z.strictObject({ type: z.literal("Secret"), secret })),
    workspaceReclaimPolicy: z.enum(["Retain", "Delete"]).optional(),
    workspaceTemplate: z.strictObject({ spec: z.strictObject({ image: z.string() }) }),
  }),
});

describe("docs/many-stacks.md", () => {
  let folder: string;

  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "operator-"));
  });
  after(() => fs.rm(folder, { recursive: true }));

  it("applies a manifest for each stack's file that the Kubernetes operator takes", async () => {
    const page = await fs.readFile(path.join(packageDir, "docs", "many-stacks.md"), "utf8");
    const [, manifest = "", loop = ""] =
      /^```yaml\n(apiVersion: pulumi\.com.*?)^```\n.*?^```bash\n(.*?)^```/ms.exec(page) ?? [];
    await fs.writeFile(path.join(folder, "stack.yaml"), manifest);
    const stacks = ["dev", "prod-eu-west-1", "Team_A.prod"];
    for (const file of ["Pulumi.yaml", ...stacks.map((each) => `Pulumi.${each}.yaml`)]) {
      await fs.writeFile(path.join(folder, file), "");
    }
    const kubectl = '#!/bin/sh\n[ "$*" = "apply -f -" ] && cat && echo ---\n';
    await fs.writeFile(path.join(folder, "kubectl"), kubectl, { mode: 0o755 });
    const applied = execFileSync("bash", ["-euc", loop], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PATH: `${folder}${path.delimiter}${process.env.PATH}` },
    });
    const objects = parseAllDocuments(applied)
      .map((document) => document.toJS())
      .filter((object) => object !== null)
      .map((object) => stack.parse(object));
    assert.deepEqual(objects.map(({ spec }) => spec.stack).sort(), [...stacks].sort());
    assert.deepEqual(objects.map(({ metadata }) => metadata.name).sort(), [
      "pipeline-dev",
      "pipeline-prod-eu-west-1",
      "pipeline-team-a-prod",
    ]);
  });
});
