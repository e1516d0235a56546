import assert from "node:assert/strict";
import type { S3 } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { asideKey, outsideKey, PROBE, Probes, probeKey } from "../../../automation/verify/probe";
import { strict } from "./fake-queue";
import { liveAccount, trusting } from "./live-account";

describe("the probe's place", () => {
  const without = { ...trusting, events: { mode: "none" } };

  it("is outside of every stream where no event is to be seen", async () => {
    assert.equal(probeKey(await subjectWith(without), "1"), `braintrust-exports/_verify/${PROBE}1`);
    const snowflakes = { ...trusting, events: { mode: "snowflake-queue" } };
    assert.equal(probeKey(await subjectWith(snowflakes), "1"), `braintrust-exports/_verify/${PROBE}1`);
  });

  it("is in a stream of JSON lines where the stack's queue is to be notified", async () => {
    const streams = [{ name: "spans", format: "parquet" }, { name: "logs" }];
    const subject = await subjectWith({ ...trusting, streams });
    assert.equal(probeKey(subject, "1"), `braintrust-exports/logs/${PROBE}1`);
  });

  it("ends as the notification wants it", async () => {
    const subject = await subjectWith({ ...trusting, events: { mode: "queue", suffix: ".jsonl" } });
    assert.equal(probeKey(subject, "1"), `braintrust-exports/logs/${PROBE}1.jsonl`);
  });

  it("is in the stream where that takes the whole prefix", async () => {
    const subject = await subjectWith({
      ...without,
      streams: [{ name: "logs", prefix: "braintrust-exports/" }],
    });
    assert.equal(probeKey(subject, "1"), `braintrust-exports/${PROBE}1`);
  });

  it("is never covered by the prefix when it is to be outside", async () => {
    const subject = await subjectWith(without);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,20}(\/[a-z0-9-]{1,20}){0,3}\/$/), (exportPrefix) => {
        const moved = { ...subject, settings: { ...subject.settings, exportPrefix } };
        assert.ok(!outsideKey(moved, "1").startsWith(exportPrefix));
        assert.ok(asideKey(moved, "1").startsWith(exportPrefix));
      }),
    );
  });
});

describe("probes whose removal S3 does not answer", () => {
  const never = () => new Promise<never>(() => undefined);
  const { signal } = new AbortController();

  it("are named, with what removes them", async () => {
    const probes = new Probes(await subjectWith(trusting), strict<S3>("s3", { listObjectVersions: never }));
    await probes.put(strict<S3>("s3", { putObject: async () => ({}) }), "a/probe", signal);
    const removal = await probes.remove(20);
    assert.equal(removal?.verdict, "fail");
    assert.equal(removal?.evidence, "a/probe may still be there: Error: no answer within 0.02 s");
    assert.match(
      removal?.fix ?? "",
      /^aws s3api list-object-versions --bucket acme-exports --prefix 'a\/probe'/,
    );
  });

  it("are named even if they could be removed, while what puts them is in progress", async () => {
    const probes = new Probes(
      await subjectWith(trusting),
      strict<S3>("s3", { listObjectVersions: async () => ({}) }),
    );
    void probes.put(strict<S3>("s3", { putObject: never }), "a/probe", signal);
    await new Promise((resolve) => setImmediate(resolve));
    const removal = await probes.remove(20);
    assert.equal(removal?.verdict, "fail");
    assert.match(removal?.evidence ?? "", /^a\/probe may still be there: .*was not answered$/);
  });
});

async function subjectWith(given: Readonly<Record<string, unknown>>) {
  return (await liveAccount(given)).subject;
}
