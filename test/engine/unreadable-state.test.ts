import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { Deployment, preview, UnreadableStateError, up } from "../../automation";
import { PROJECT } from "../../components/settings/settings";
import { filledIn, TestProject } from "./harness";

const RECOVERY_HINT = /`npm run pipeline -- recover --stack dev(?: --cwd \S+)?` shows how to restore one/;

describe("a state that cannot be read", () => {
  let project: TestProject;
  let file: string;
  let whole: string;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    await up({ ...project.options, create: true });
    await project.set({ crossAccountReaders: [{ arn: "arn:aws:iam::210987654321:role/reader" }] });
    await up(project.options);
    file = path.join(project.dir, "state", ".pulumi", "stacks", PROJECT, "dev.json");
    whole = await fs.readFile(file, "utf8");
  });
  after(() => project.remove());

  const damages: Readonly<Record<string, () => string>> = {
    torn: () => whole.slice(0, whole.length / 2),
    empty: () => "",
    "none of a state": () => '{"version":3,"checkpoint":"?"}',
  };

  it("is named by every command, with how to restore one", async () => {
    await fs.writeFile(file, damages.torn?.() ?? "");
    for (const args of [
      ["preview"],
      ["up", "--yes"],
      ["refresh", "--yes"],
      ["outputs"],
      ["status", "--no-drift"],
    ]) {
      const { code, stdout, stderr } = await project.run(args);
      assert.equal(code, 1, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /the state of stack "dev" cannot be read: failed to load checkpoint: .*; /);
      assert.match(stderr, RECOVERY_HINT);
    }
    await assert.rejects(preview(project.options), UnreadableStateError);
  });

  it("does not keep the copies from being listed", async () => {
    await fs.writeFile(file, damages.torn?.() ?? "");
    const { code, stdout, stderr } = await project.run(["recover"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^state: cannot be read: failed to load checkpoint: .+$/m);
    assert.match(stdout, /^ {2}\d{19} {2}.*, with \d+ resources$/m);
    assert.match(stdout, /^next: npm run pipeline -- recover --stack dev --cwd \S+ --restore latest, /m);
    const report = JSON.parse((await project.run(["recover", "--json"])).stdout);
    // What Go says of JSON that ends depends on where it ends.
    assert.match(report.unreadable, /^failed to load checkpoint: /);
  });

  it("has its earlier versions to go back to where there is no copy", async () => {
    const copies = path.join(project.dir, "state", ".pulumi", "backups");
    await fs.rename(copies, `${copies}-away`);
    try {
      await fs.writeFile(file, damages.torn?.() ?? "");
      const { stdout } = await project.run(["recover"]);
      assert.match(stdout, /^next: put an earlier version of .*dev\.json in its place: /m);
    } finally {
      await fs.rename(`${copies}-away`, copies);
    }
  });

  for (const [what, damaged] of Object.entries(damages)) {
    it(`is kept beside the one that is restored: ${what}`, async () => {
      const text = damaged();
      await fs.writeFile(file, text);
      const { code, stdout, stderr } = await project.run(["recover", "--restore", "latest", "--yes"]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /, with \d+ resources restored$/m);
      const aside = /^the unreadable state is kept in (.*)$/m.exec(stderr)?.[1] ?? assert.fail(stderr);
      assert.equal(path.dirname(aside), path.dirname(file));
      assert.equal(await fs.readFile(aside, "utf8"), text);
      const { workspace } = (await Deployment.open(project.options)).open.stack;
      assert.deepEqual(
        (await workspace.listStacks()).map(({ name }) => name),
        ["dev"],
      );
      await up({ ...project.options, refresh: true });
      await project.assertSettled();
    });
  }
});
