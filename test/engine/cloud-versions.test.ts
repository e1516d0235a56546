import assert from "node:assert/strict";
import { PROJECT } from "../../components/settings/settings";
import { FakePulumiCloud, type StoredState } from "./fake-pulumi-cloud";
import { filledIn, TestProject } from "./harness";

const STACK = "acme/dev";

describe("a stack of Pulumi Cloud, of which a fake has the versions", () => {
  let project: TestProject;
  let cloud: FakePulumiCloud;

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    cloud = new FakePulumiCloud({ organization: "acme", project: PROJECT, name: "dev" }, [
      state("a"),
      state("a", "b"),
      state("a", "b"),
    ]);
    await cloud.start();
  });
  after(async () => {
    cloud.stop();
    await project.remove();
  });

  function recover(...args: string[]) {
    const there = {
      PULUMI_BACKEND_URL: cloud.url,
      PULUMI_ACCESS_TOKEN: "pul-0000",
      PULUMI_HOME: project.dir,
    };
    return project.run(["recover", "--stack", STACK, ...args], there);
  }

  it("has its versions as earlier states", async () => {
    const { code, stdout, stderr } = await recover("--json");
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout).checkpoints, [
      { id: "3", taken: "2026-11-03T00:00:00.000Z" },
      { id: "2", taken: "2026-11-02T00:00:00.000Z" },
      { id: "1", taken: "2026-11-01T00:00:00.000Z" },
    ]);
  });

  it("gets back the newest that differs, as a version of its own", async () => {
    const { code, stdout, stderr } = await recover("--restore", "latest", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^stack "acme\/dev": state of 2026-11-01T00:00:00.000Z, with 1 resources restored$/m,
    );
    assert.equal(cloud.versions.length, 4);
    assert.deepEqual(cloud.versions[3]?.deployment.resources, state("a").deployment.resources);
  });
});

function state(...names: string[]): StoredState {
  const type = "pulumi:pulumi:Stack";
  return {
    version: 3,
    deployment: {
      resources: names.map((name) => ({
        urn: `urn:pulumi:dev::${PROJECT}::${type}::${name}`,
        type,
        custom: false,
      })),
    },
  };
}
