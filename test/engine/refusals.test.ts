import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { up } from "../../automation";
import { filledIn, TestProject } from "./harness";
import type { Ended } from "./processes";

describe("the command line refuses", () => {
  let project: TestProject;
  let empty: TestProject;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    empty = await TestProject.create("dev");
    await up({ ...project.options, create: true });
  });
  after(async () => {
    await project.remove();
    await empty.remove();
  });

  /** Runs a command that must end so, print no result, and leave AWS and the state as they are. */
  async function refused(
    code: number,
    message: RegExp,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    on: TestProject = project,
  ): Promise<Ended> {
    const before = [on.world.things(), await on.state(), await on.stackFile()];
    const ended = await on.run(args, environment);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, message);
    assert.equal(ended.stdout, "");
    assert.doesNotMatch(ended.stderr, /^ {4}at /m, "a stack trace");
    assert.deepEqual([on.world.things(), await on.state(), await on.stackFile()], before);
    return ended;
  }

  it("an update that nobody can confirm", async () => {
    await project.set({ exportPrefix: "elsewhere/" });
    await refused(2, /--yes/, ["up"]);
    await project.set({ exportPrefix: undefined });
  });

  it("to save drift that nobody can confirm", async () => {
    const { world } = project;
    const policy = world.named("pipeline-bucket-policy");
    world.remove(policy);
    try {
      await refused(2, /delete +s3\.BucketPolicy pipeline-bucket-policy[\s\S]*--yes/, ["refresh"]);
    } finally {
      world.put(policy);
    }
  });

  it("a destruction that nobody can confirm", async () => {
    await refused(2, /delete +s3\.Bucket pipeline-bucket[\s\S]*--yes/, ["destroy"]);
  });

  it("a stack without settings, naming those that have some", async () => {
    await refused(2, /no Pulumi\.staging\.yaml: the stacks with settings are dev;/, [
      "preview",
      "--stack",
      "staging",
    ]);
  });

  it("a stack that was never made, naming those that were", async () => {
    await project.pulumi("stack", "init", "other");
    await project.pulumi("stack", "rm", "dev", "--force", "--yes", "--preserve-config");
    const folder = path.dirname(project.stateFile);
    const others = Array.from({ length: 11 }, (_, index) => `other${index + 10}`);
    for (const other of others) {
      const state = await fs.readFile(path.join(folder, "other.json"), "utf8");
      await fs.writeFile(
        path.join(folder, `${other}.json`),
        state.replaceAll("urn:pulumi:other::", `urn:pulumi:${other}::`),
      );
    }
    try {
      const named = ["other", ...others.slice(0, 9)].join(", ");
      await refused(2, new RegExp(`no stack "dev" exists: the backend has ${named} and 2 more;`), [
        "up",
        "--yes",
      ]);
    } finally {
      await project.remove();
      project = await TestProject.create("dev", filledIn);
      await up({ ...project.options, create: true });
    }
  });

  it("a command without a stack or with an unknown option", async () => {
    await refused(2, /unknown option '--ja'/, ["up", "--ja"]);
    await refused(2, /unknown command/, ["deploy"]);
  });

  it("settings that are wrong, with key, value, rule and fix of each", async () => {
    await project.set({ exportPrefix: "no-slash", bucketNam: "typo" });
    const { stderr } = await refused(2, /Invalid settings in Pulumi\.dev\.yaml:/, ["up", "--yes"]);
    assert.match(stderr, /^ {2}exportPrefix = "no-slash": .+; .+$/m);
    assert.match(stderr, /^ {2}bucketNam = "typo": is not a setting; remove it or correct its spelling/m);
    await project.set({ exportPrefix: undefined, bucketNam: undefined });
  });

  it("encrypted settings that are wrong, which only the engine can read, without showing them", async () => {
    await project.pulumi(
      "config",
      "set",
      "--secret",
      "--path",
      "braintrust-snowflake:braintrust.orgId",
      "evil*",
    );
    const { stderr } = await refused(2, /^ {2}braintrust\.orgId = \[secret\]: .+; .+$/m, ["up", "--yes"]);
    assert.doesNotMatch(stderr, /evil/);
    await project.set({ braintrust: filledIn.braintrust });
  });

  it("to continue without a passphrase", async () => {
    await refused(2, /PULUMI_CONFIG_PASSPHRASE is not set/, ["preview"], {
      PULUMI_CONFIG_PASSPHRASE: undefined,
    });
  });

  it("to continue without an engine", async () => {
    const nowhere = path.join(project.dir, "nowhere");
    const { stderr } = await refused(1, /there is no Pulumi CLI to work with/, ["preview"], {
      PATH: nowhere,
      PULUMI_HOME: nowhere,
    });
    assert.match(stderr, /Install Pulumi \(https:/);
  });

  it("a Pulumi.yaml that only the engine refuses, of a stack that exists", async () => {
    const file = path.join(project.dir, "Pulumi.yaml");
    const whole = await fs.readFile(file, "utf8");
    const wrong = parseDocument(whole);
    wrong.set("main", 5);
    await fs.writeFile(file, wrong.toString());
    try {
      for (const args of [
        ["preview"],
        ["up", "--yes"],
        ["refresh", "--yes"],
        ["destroy", "--yes"],
        ["status"],
      ]) {
        await refused(2, /Invalid Pulumi\.yaml:\n {2}main: expected string.*; correct it in the file/, args);
      }
    } finally {
      await fs.writeFile(file, whole);
    }
  });

  it("outputs that nothing has made", async () => {
    await refused(2, /no stack "dev" exists/, ["outputs"], {}, empty);
  });
});
