import assert from "node:assert/strict";
import { PROXY_VARIABLES, RecordingProxy } from "../automation/aws/recording-proxy";
import { filledIn, TestProject } from "./harness";

/** Variables that name the proxy, as companies set them. */
const environments: readonly (readonly [string, (url: string) => NodeJS.ProcessEnv])[] = [
  ["in upper case", (url) => ({ HTTP_PROXY: url, HTTPS_PROXY: url })],
  ["in lower case", (url) => ({ http_proxy: url, https_proxy: url })],
  [
    "with exceptions that leave loopback out",
    (url) => ({ https_proxy: url, http_proxy: url, no_proxy: ".corp" }),
  ],
];

describe("an update behind a proxy", () => {
  let project: TestProject;
  let proxy: RecordingProxy;
  let url: string;
  const none = Object.fromEntries(PROXY_VARIABLES.map((name) => [name, undefined]));

  before(async () => {
    project = await TestProject.create("dev", filledIn);
    proxy = new RecordingProxy();
    url = await proxy.start();
  });
  after(async () => {
    proxy.stop();
    await project.remove();
  });

  for (const [title, variables] of environments) {
    it(`sends nothing of loopback through it, named ${title}`, async () => {
      const environment = { ...none, ...variables(url) };
      const { code, stderr } = await project.run(["up", "--create", "--yes"], environment);
      assert.equal(code, 0, stderr);
      const previewed = await project.run(["preview", "--expect-no-changes"], environment);
      assert.equal(previewed.code, 0, previewed.stderr);
      assert.deepEqual(
        proxy.requests.filter((request) => /127\.0\.0\.1|localhost|\[::1\]/.test(request)),
        [],
      );
    });
  }
});
