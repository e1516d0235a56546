import assert from "node:assert/strict";
import fc from "fast-check";
import { Skipped } from "../../../../automation/verify/check";
import { awaitEvent, keysOf, refuseFullQueue } from "../../../../automation/verify/data/event-arrival";
import { altered, FakeQueue } from "../fake-queue";
import { liveAccount } from "../live-account";

const KEY = "braintrust-exports/logs/a b+c.jsonl";

describe("the arrival of an event", () => {
  const quiet = new AbortController().signal;

  it("takes its own message and S3's tests, and puts the others back", async () => {
    const { queue, calls, url } = await world();
    queue.send({ Event: "s3:TestEvent" });
    queue.send(eventOf("somebody/else"));
    queue.send(eventOf(KEY));
    queue.send("no object at all");
    const { verdict, evidence } = await awaitEvent(calls, url, KEY, quiet);
    assert.equal(verdict, "pass");
    assert.match(evidence, /2 other messages were seen and put back/);
    assert.equal(queue.deleted.length, 2);
    assert.deepEqual(
      queue.messages.map(({ hidden }) => hidden),
      [false, false],
    );
  });

  it("fails where none comes, and puts all back", async () => {
    const { queue, calls, url } = await world();
    queue.send(eventOf("somebody/else"));
    assert.equal((await awaitEvent(calls, url, KEY, quiet)).verdict, "fail");
    assert.deepEqual(
      queue.messages.map(({ hidden }) => hidden),
      [false],
    );
  });

  it("puts all back after an interruption", async () => {
    const { queue, calls, url } = await world();
    queue.send(eventOf("somebody/else"));
    const controller = new AbortController();
    const interrupted = altered(calls, {
      receiveMessage: async (input) => {
        controller.abort();
        return calls.receiveMessage(input);
      },
    });
    assert.equal((await awaitEvent(interrupted, url, KEY, controller.signal)).verdict, "skip");
    assert.equal(queue.messages[0]?.hidden, false);
  });

  it("does not look through a queue that others' messages fill", async () => {
    const { queue, calls, url } = await world();
    for (let count = 0; count < 10; count += 1) queue.send(eventOf("x"));
    await refuseFullQueue(calls, url);
    queue.send(eventOf("x"));
    await assert.rejects(refuseFullQueue(calls, url), (error) => error instanceof Skipped);
  });

  it("reads keys as S3 writes them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (key) => {
        assert.deepEqual(keysOf({ Body: JSON.stringify(eventOf(key)) }), [key]);
      }),
    );
    for (const Body of ["", "[]", "null", "{}", '{"Records":[null,{"s3":1}]}', "%"]) {
      assert.deepEqual(keysOf({ Body }), []);
    }
    assert.deepEqual(keysOf({ Body: JSON.stringify({ Records: [{ s3: { object: { key: "%" } } }] }) }), [
      "%",
    ]);
  });
});

function eventOf(key: string): unknown {
  return { Records: [{ s3: { object: { key: encodeURIComponent(key).replaceAll("%20", "+") } } }] };
}

async function world() {
  const { subject, live } = await liveAccount();
  const queue = new FakeQueue(subject);
  return { queue, calls: queue.calls(live), url: subject.outputs.notificationQueueUrl ?? "" };
}
