import assert from "node:assert/strict";
import fc from "fast-check";
import type { LiveKey } from "../../automation/access-keys";
import { PipelineError, UsageError } from "../../automation/errors";
import {
  type KeyGeneration,
  type KeyUsage,
  nextRotationStep,
  rotate,
  withNewKey,
} from "../../automation/key-rotation";
import { Interrupted, KeyWorld } from "./key-world";

const at = (time: string) => new Date(`2026-11-23T${time}:00Z`);
const active = (name: string): KeyGeneration => ({ name, status: "Active" });
const inactive = (name: string): KeyGeneration => ({ name, status: "Inactive" });
const live = (changes: Partial<LiveKey> = {}): LiveKey => ({
  id: "AKIA",
  status: "Active",
  created: at("08:00"),
  ...changes,
});
const usage = (keys: Record<string, LiveKey | "gone">, inSecret = Object.keys(keys).at(-1)): KeyUsage => ({
  generations: new Map(Object.entries(keys)),
  inSecret,
});
const step = (keys: KeyGeneration[], used: KeyUsage, now = "12:00") =>
  nextRotationStep(keys, used, at(now), 60);

describe("nextRotationStep", () => {
  it("has nothing to do with one active key that is in the secret", () => {
    assert.deepEqual(step([active("a")], usage({ a: live() })), { kind: "settled", key: "a" });
  });

  const unfinished: [string, KeyGeneration[], KeyUsage, RegExp, boolean][] = [
    [
      "a key is only in the settings",
      [active("a"), active("b")],
      usage({ a: live() }),
      /b is to be made/,
      false,
    ],
    [
      "the secret lags",
      [active("a"), active("b")],
      usage({ a: live(), b: live() }, "a"),
      /secret.* b yet/,
      false,
    ],
    ["the secret is empty", [active("a")], { generations: new Map([["a", live()]]) }, /secret/, false],
    [
      "a key is still on",
      [inactive("a"), active("b")],
      usage({ a: live(), b: live() }),
      /a is Active/,
      false,
    ],
    ["a key is still there", [active("b")], usage({ a: live(), b: live() }), /a is to be deleted/, false],
    ["the key in use is gone", [active("a")], usage({ a: "gone" }), /a is to be made/, true],
    [
      "the key in use is off",
      [active("a")],
      usage({ a: live({ status: "Inactive" }) }),
      /a is Inactive/,
      true,
    ],
  ];
  for (const [what, keys, used, why, refresh] of unfinished) {
    it(`deploys where ${what}`, () => {
      const next = step(keys, used);
      assert.ok(next.kind === "deploy");
      assert.match(next.why, why);
      assert.equal(next.refresh, refresh);
    });
  }

  const both = [active("a"), active("b")];
  const used = (oldKey: Partial<LiveKey>, newKey: Partial<LiveKey>) =>
    usage({ a: live({ created: at("01:00"), ...oldKey }), b: live({ created: at("10:00"), ...newKey }) });

  it("waits until the old key has been unused for the quiet minutes, to the second", () => {
    const keys = used({ lastUsed: at("11:30") }, { lastUsed: at("11:59") });
    const next = step(both, keys);
    assert.ok(next.kind === "wait");
    assert.deepEqual([next.until, next.handedOver], [at("12:30"), true]);
    assert.equal(nextRotationStep(both, keys, new Date(at("12:30").getTime() - 1), 60).kind, "wait");
    assert.deepEqual(step(both, keys, "12:30"), {
      kind: "set",
      keys: [inactive("a"), active("b")],
      why: "a has been unused for 60 minutes",
    });
  });

  it("counts from the hand-over where the old key has been quiet for longer", () => {
    const next = step(both, used({ lastUsed: at("02:00") }, { lastUsed: at("10:10") }), "10:30");
    assert.ok(next.kind === "wait");
    assert.deepEqual(next.until, at("11:00"));
  });

  it("waits for as long as nobody has used the new key: a quiet Snowflake still has the old one", () => {
    const next = step(both, used({ lastUsed: at("02:00") }, {}), "23:00");
    assert.ok(next.kind === "wait");
    assert.deepEqual([next.until, next.handedOver], [at("11:00"), false]);
  });

  it("does not wait for the new key to be used where the old one never was", () => {
    assert.equal(step(both, used({}, {}), "12:00").kind, "set");
    assert.equal(step(both, used({}, {}), "10:59").kind, "wait");
  });

  it("takes a key that was turned off or deleted in AWS for done", () => {
    assert.deepEqual(step(both, used({ status: "Inactive", lastUsed: at("11:59") }, {})), {
      kind: "set",
      keys: [inactive("a"), active("b")],
      why: "a has been turned off in AWS",
    });
    assert.deepEqual(step(both, usage({ a: "gone", b: live() })), {
      kind: "set",
      keys: [active("b")],
      why: "a has been deleted in AWS",
    });
  });

  it("takes the old key out once it is off", () => {
    assert.deepEqual(step([inactive("a"), active("b")], used({ status: "Inactive" }, {})), {
      kind: "set",
      keys: [active("b")],
      why: "a is off",
    });
  });

  it("refuses settings without a key", () => {
    assert.throws(() => step([], usage({})), UsageError);
  });
});

describe("withNewKey", () => {
  it("names the generation after the day, numbered where the name is taken", () => {
    const names = (...taken: string[]) =>
      withNewKey(taken.map(active), usage({ "key-20261123-3": live() }), at("12:00")).map(({ name }) => name);
    assert.deepEqual(names("first"), ["first", "key-20261123"]);
    assert.deepEqual(names("key-20261123"), ["key-20261123", "key-20261123-2"]);
    assert.deepEqual(names("key-20261123", "key-20261123-2").at(-1), "key-20261123-4");
  });
});

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
    world.strangers = ["AKIASTRANGER"];
    await assert.rejects(rotate(world.io(), now), (error: Error) => {
      assert.ok(error instanceof PipelineError);
      assert.match(error.message, /AKIASTRANGER, and AWS allows two in all: delete it/);
      return true;
    });
    assert.deepEqual(world.keys, [active("first")]);
  });

  it("gives AWS time to tell of a change, and gives up in the end", async () => {
    const world = new KeyWorld();
    const before = { ...world.usage(), strangers: [] };
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
