import assert from "node:assert/strict";
import fc from "fast-check";
import { PipelineError } from "../../../automation/errors";
import { type KeyGeneration, rotate } from "../../../automation/keys/rotation-steps";
import { Interrupted, KeyWorld } from "./key-world";

const active = (name: string): KeyGeneration => ({ name, status: "Active" });

describe("rotate", () => {
  const now = { quietMinutes: 60, wait: false };

  it("makes the new key, waits for the hand-over, turns the old one off and deletes it", async () => {
    const world = new KeyWorld();
    const first = await rotate(world.io(), now);
    assert.ok(first.kind === "waiting");
    assert.equal(first.handedOver, false);
    assert.deepEqual(world.keys, [active("first"), active("key-20270303")]);
    assert.deepEqual(
      [...world.live.values()].map(({ status }) => status),
      ["Active", "Active"],
    );
    assert.equal(world.inSecret, "key-20270303");

    world.advance(30);
    world.handOver();
    const second = await rotate(world.io(), now);
    assert.ok(second.kind === "waiting");
    assert.equal(second.until.getTime() - world.now, 30 * 60_000);

    world.advance(30);
    assert.deepEqual(await rotate(world.io(), now), { kind: "done", key: "key-20270303" });
    assert.deepEqual(world.keys, [active("key-20270303")]);
    assert.deepEqual([...world.live.keys()], ["key-20270303"]);
  });

  it("stays until it is done where it may wait, and says so once", async () => {
    const world = new KeyWorld();
    const io = world.io();
    let naps = 0;
    const result = await rotate(
      {
        ...io,
        sleep: async (milliseconds) => {
          naps += 1;
          if (naps === 5) world.handOver();
          await io.sleep(milliseconds);
        },
      },
      { quietMinutes: 60, wait: true },
    );
    assert.equal(result.kind, "done");
    assert.equal(world.waits.length, 1);
    assert.equal(naps, 60);
  });

  it("leaves the settings as they were where the update is declined", async () => {
    const world = new KeyWorld();
    assert.deepEqual(await rotate(world.io(false), now), { kind: "declined" });
    assert.deepEqual(world.keys, [active("first")]);
    assert.deepEqual([...world.live.keys()], ["first"]);
  });

  it("ends after it has finished what another run began, and begins nothing new", async () => {
    const world = new KeyWorld();
    await rotate(world.io(), now);
    world.handOver();
    world.advance(60);
    world.fuse = 6;
    await assert.rejects(rotate(world.io(), now), Interrupted);
    world.fuse = Number.POSITIVE_INFINITY;
    assert.deepEqual(await rotate(world.io(), now), { kind: "done", key: "key-20270303" });
    assert.equal(world.keys.length, 1);
  });

  it("refuses to begin beside a key that the stack did not make", async () => {
    const world = new KeyWorld();
    world.unmanaged = ["AKIASTRANGER"];
    await assert.rejects(rotate(world.io(), now), (error: Error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, /AKIASTRANGER, and AWS allows two in all: delete it/);
      return true;
    });
    assert.deepEqual(world.keys, [active("first")]);
  });

  it("gives AWS time to tell of a change, and gives up in the end", async () => {
    const world = new KeyWorld();
    const before = { ...world.usage(), unmanaged: [] };
    const late = (readings: number) => {
      const io = world.io();
      let left = readings;
      const readUsage = async () => {
        left -= 1;
        return left >= 0 ? before : io.readUsage();
      };
      return { ...io, readUsage };
    };
    assert.equal((await rotate(late(5), now)).kind, "waiting");
    const stuck = new KeyWorld();
    const io = { ...stuck.io(), deploy: async () => true };
    await assert.rejects(
      rotate(io, now),
      /^PipelineError: the update did not bring AWS to what the settings say: key-20270303 is to be made$/,
    );
  });

  it("comes to one active key from wherever it is interrupted, and never takes Snowflake's key away", async () => {
    const minutes = fc.integer({ min: 0, max: 180 });
    const event = fc.oneof(
      fc.record({ do: fc.constant("run" as const), fuse: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ do: fc.constant("advance" as const), minutes }),
      fc.record({ do: fc.constantFrom("use" as const, "hand over" as const) }),
      fc.record({
        do: fc.constantFrom("turn off" as const, "delete" as const),
        which: fc.constantFrom("first", "key-20270303"),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), minutes, async (events, quietMinutes) => {
        const world = new KeyWorld();
        const run = async () => {
          try {
            return await rotate(world.io(), { quietMinutes, wait: false });
          } catch (error) {
            if (error instanceof Interrupted) return undefined;
            throw error;
          }
        };
        for (const one of events) {
          if (one.do === "run") {
            world.fuse = one.fuse;
            await run();
          } else if (one.do === "advance") world.advance(one.minutes);
          else if (one.do === "use") world.use();
          else if (one.do === "hand over") world.handOver();
          else if ("which" in one && one.do === "turn off") world.turnOff(one.which);
          else if ("which" in one) world.deleteKey(one.which);
        }
        world.fuse = Number.POSITIVE_INFINITY;
        for (let runs = 1; (await run())?.kind !== "done"; runs += 1) {
          assert.ok(runs < 5, "does not come to an end");
          world.handOver();
          world.advance(quietMinutes);
        }
        assert.deepEqual(
          [...world.live.values()].map(({ status }) => status),
          ["Active"],
        );
        assert.deepEqual(world.keys, [active([...world.live.keys()][0] ?? "")]);
        assert.equal(world.inSecret, world.keys[0]?.name);
      }),
      { numRuns: 500 },
    );
  });
});
