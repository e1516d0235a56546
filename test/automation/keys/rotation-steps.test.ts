import assert from "node:assert/strict";
import { UsageError } from "../../../automation/errors";
import type { LiveKey } from "../../../automation/keys/access-keys";
import {
  type KeyGeneration,
  type KeyUsage,
  nextRotationStep,
  withNewKey,
} from "../../../automation/keys/rotation-steps";

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

  it("waits for the new key to be used where the old one never was: Snowflake may hold it all the same", () => {
    for (const time of ["10:59", "12:00", "23:00"]) {
      const next = step(both, used({}, {}), time);
      assert.ok(next.kind === "wait");
      assert.equal(next.handedOver, false);
    }
    assert.equal(step(both, used({}, { lastUsed: at("10:30") }), "12:00").kind, "set");
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
