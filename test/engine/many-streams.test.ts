import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { destroy, preview, up } from "../../automation";
import { hundreds, projectOf } from "../past/past";
import { StatefulResources } from "../past/stateful-resources";
import { loadAnswers, snowflakeAccount } from "../snowflake-answers";
import { FakeS3 } from "./fake-s3";
import { filledIn, TestProject } from "./harness";
import { assertOthers, assertShared, BUCKET, deployedByEarlierVersion } from "./shared-bucket";

const channel = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA-abc";
const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `team-${String(index).padStart(3, "0")}`);
const settings = (count: number) => ({
  streams: names(count).map((name) => ({ name })),
  // The pipe of the last one is not there yet.
  events: {
    notificationChannels: Object.fromEntries(names(Math.min(count, 100)).map((name) => [name, channel])),
  },
  monitoring: { enabled: false },
});

/** Of the first streams, those whose files these filters announce to nobody. */
function unannounced(count: number, filters: readonly string[]): string[] {
  return names(count).filter(
    (name) => !filters.some((filter) => `braintrust-exports/${name}/`.startsWith(filter)),
  );
}

/** Prefixes of the pipeline's own configurations in a notification. */
function ownPrefixes(notification: string): string[] {
  return [...notification.matchAll(/<Id>SnowpipeNotification.*?<Value>(braintrust-exports\/[^<]*)</gs)].map(
    ([, prefix = ""]) => prefix,
  );
}

/** What a command takes, of the processor: time on the clock would be that of whatever else the machine does. */
async function measured(project: TestProject, args: readonly string[]) {
  const script = path.join(project.dir, "measure.cjs");
  const figures = path.join(project.dir, "measured.json");
  const write = `require("node:fs").writeFileSync(${JSON.stringify(figures)}, JSON.stringify(process.resourceUsage()))`;
  await fs.writeFile(script, `process.on("exit", () => ${write});\n`);
  const { code, stderr } = await project.run(args, { NODE_OPTIONS: `--require ${script}` });
  assert.equal(code, 0, stderr);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(await fs.readFile(figures, "utf8"));
  return { seconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 };
}

describe("a stack from 100 streams to 101 and back", () => {
  it("announces the files of all of its bucket in every state that the notification has", async () => {
    const project = await TestProject.create("dev", { ...filledIn, ...settings(100) });
    try {
      await up({ ...project.options, create: true });
      const { world } = project;
      const before = world.calls().length;
      for (const count of [101, 100]) {
        await project.set(settings(count));
        await up(project.options);
        assert.deepEqual(await preview(project.options), []);
      }
      const name = "pipeline-events-notification";
      const operations = world
        .calls()
        .slice(before)
        .filter((call) => call.name === name && call.operation !== "read");
      assert.deepEqual(
        operations.map(({ operation }) => operation),
        ["update", "update"],
      );
      const states = world
        .written(name)
        .map(({ inputs }) => inputs.queues as { queueArn: string; filterPrefix: string }[]);
      assert.deepEqual(
        states.map(({ length }) => length),
        [100, 1, 100],
      );
      for (const queues of states) {
        assert.ok(queues.every(({ queueArn }) => queueArn === channel));
        assert.deepEqual(
          unannounced(
            100,
            queues.map(({ filterPrefix }) => filterPrefix),
          ),
          [],
        );
      }
    } finally {
      await project.remove();
    }
  });

  for (const past of hundreds) {
    it(`announces all of the files of ${past.name} on the way to 99, 101 and 1,000 streams, and loses nothing`, async () => {
      const project = await projectOf(past);
      try {
        const stateful = StatefulResources.of(project);
        await up(project.options);
        for (const count of [99, 101, 1_000]) {
          await project.set(settings(count));
          stateful.assertUntouched(await preview(project.options));
          await up(project.options);
        }
        assert.deepEqual(await preview(project.options), []);
        await stateful.assertKept();
        await project.assertSettled();
        const states = project.world
          .written("pipeline-events-notification")
          .map(({ inputs }) => inputs.queues as { filterPrefix: string }[]);
        assert.deepEqual(
          states.map(({ length }) => length),
          [100, 99, 1],
        );
        for (const queues of states) {
          const filters = queues.map(({ filterPrefix }) => filterPrefix);
          assert.deepEqual(unannounced(99, filters), []);
        }
      } finally {
        await project.remove();
      }
    });
  }

  it("saves the queues of a thousand pipes within five seconds of processor time", async () => {
    const project = await TestProject.create("dev", {
      ...filledIn,
      streams: names(1_000).map((name) => ({ name })),
      events: { mode: "snowflake-queue" },
    });
    try {
      const { outputs } = await up({ ...project.options, create: true });
      const answers = path.join(project.dir, "answers.json");
      await fs.writeFile(answers, loadAnswers(outputs, { ...snowflakeAccount, queueArn: channel }));
      const { seconds } = await measured(project, ["connect", "--file", answers, "--no-up", "--yes"]);
      assert.ok(seconds < 5, `${seconds} s`);
      const { config } = await project.stackFile();
      assert.deepEqual(config["braintrust-snowflake:events"], {
        mode: "snowflake-queue",
        notificationChannels: Object.fromEntries(names(1_000).map((name) => [name, channel])),
      });
    } finally {
      await project.remove();
    }
  });

  it("plans a thousand in less than three times the processor time of one, and in less than 400 MB", async () => {
    const project = await TestProject.create("prod", { ...filledIn });
    try {
      const least = new Map<number, number>();
      for (const count of [1, 1_000, 1, 1_000]) {
        const streams = names(count).map((name) => ({ name }));
        const channels = Object.fromEntries(names(count).map((name) => [name, channel]));
        await project.set({ streams, events: { notificationChannels: channels } });
        const { seconds, megabytes } = await measured(project, ["plan"]);
        least.set(count, Math.min(seconds, least.get(count) ?? seconds));
        assert.ok(megabytes < 400, `${megabytes} MB`);
      }
      const [one = 0, thousand = 0] = least.values();
      assert.ok(thousand < 3 * one, `${thousand} s to ${one} s`);
    } finally {
      await project.remove();
    }
  });

  for (const [title, events] of [
    ["queue", {}],
    ["topic, with a suffix", { mode: "sns", notificationChannels: undefined, suffix: ".jsonl.gz" }],
  ] as const) {
    it(`does so on a bucket that others use too, and keeps theirs: by a ${title}`, async () => {
      const s3 = await FakeS3.start(BUCKET);
      const project = await deployedByEarlierVersion(s3);
      const configure = (count: number) => {
        const own = settings(count);
        return project.set({ ...own, events: { ...own.events, ...events }, protect: false });
      };
      try {
        // With three configurations of others, S3 takes no more of one for each stream.
        await configure(97);
        await up(project.options);
        const from = s3.history.length - 1;
        for (const count of [98, 101, 97]) {
          await configure(count);
          await up(project.options);
          // What the provider has merged is no drift.
          if (count === 98) assert.deepEqual(await preview({ ...project.options, refresh: true }), []);
        }
        const states = s3.history
          .slice(from)
          .map(({ notification }) => ({ filters: ownPrefixes(notification), notification }));
        assert.deepEqual(
          states.map(({ filters }) => filters.length),
          [97, 1, 97],
        );
        for (const { filters, notification } of states) {
          assert.deepEqual(unannounced(97, filters), []);
          const endings = notification.match(/<Value>\.jsonl\.gz</g) ?? [];
          assert.equal(endings.length, "suffix" in events ? filters.length : 0);
        }
        assertShared(s3.history);
        await destroy(project.options);
        assertOthers(s3.now);
      } finally {
        await project.remove();
        s3.stop();
      }
    });
  }
});
