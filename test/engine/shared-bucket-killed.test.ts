import assert from "node:assert/strict";
import { type DeploymentOptions, destroy, preview, up } from "../../automation";
import { ofThisTurn } from "../turn";
import { FakeS3 } from "./fake-s3";
import type { TestProject } from "./harness";
import {
  assertNames,
  assertOthers,
  assertShared,
  BUCKET,
  deployedByEarlierVersion,
  othersAlone,
} from "./shared-bucket";

interface Operation {
  readonly title: string;
  /** Leads to what is killed, from a stack of an earlier version. */
  readonly prepare?: (project: TestProject, s3: FakeS3) => Promise<void>;
  readonly command: readonly string[];
  readonly finish: (options: DeploymentOptions) => Promise<unknown>;
  /** Whether the bucket has something of the stack's in the end. */
  readonly owns: boolean;
}

const operations: readonly Operation[] = [
  { title: "a migration", command: ["up", "--yes"], finish: up, owns: true },
  {
    title: "a creation",
    async prepare(project, s3) {
      await up(project.options);
      s3.change(othersAlone());
    },
    command: ["up", "--yes", "--refresh"],
    finish: (options) => up({ ...options, refresh: true }),
    owns: true,
  },
  {
    title: "a change",
    async prepare(project) {
      await up(project.options);
      await project.set({ exportPrefix: "braintrust/", crossAccountReaders: undefined });
    },
    command: ["up", "--yes"],
    finish: up,
    owns: true,
  },
  {
    title: "a removal",
    async prepare(project) {
      await project.set({ protect: false });
      await up(project.options);
    },
    command: ["destroy", "--yes"],
    finish: destroy,
    owns: false,
  },
];

/** A third of the kills is tried in a run. */
const SHARES = 3;
const kills = (["policy", "notification"] as const).flatMap((document) =>
  [false, true].flatMap((carriedOut) => operations.map((operation) => ({ operation, document, carriedOut }))),
);

describe("an update of a bucket that others use too", () => {
  let s3: FakeS3;
  let project: TestProject;

  beforeEach(async () => {
    s3 = await FakeS3.start(BUCKET);
    project = await deployedByEarlierVersion(s3);
  });
  afterEach(async () => {
    await project.remove();
    s3.stop();
  });

  for (const { operation, document, carriedOut } of ofThisTurn(kills, SHARES)) {
    const { title, prepare, command, finish, owns } = operation;
    it(`is finished where ${title} was killed ${carriedOut ? "after" : "before"} its write of the ${document}`, async () => {
      await prepare?.(project, s3);
      const begun = s3.history.length;
      const held = s3.held(document, carriedOut);
      const { child, ended } = project.start(command);
      await Promise.race([held, ended.then(({ stderr }) => assert.fail(stderr))]);
      process.kill(-(child.pid ?? 0), "SIGKILL");
      await ended;
      await finish(project.options);
      for (const documents of s3.history.slice(begun)) assertOthers(documents);
      if (owns) {
        assertNames(s3.now, /SnowpipeNotificationFor/, /DenyTlsBelow12For/);
        assert.deepEqual(await preview(project.options), []);
      } else assert.doesNotMatch(`${s3.now.policy}${s3.now.notification}`, /For123456789012prod/);
      if (prepare === undefined) assertShared(s3.history);
    });
  }
});
