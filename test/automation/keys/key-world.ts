import assert from "node:assert/strict";
import type { LiveKey } from "../../../automation/keys/access-keys";
import type { KeyGeneration, KeyUsage, RotationIo } from "../../../automation/keys/rotation-steps";

/** Where an interruption strikes. */
export class Interrupted extends Error {}

/**
 * Settings, AWS and Snowflake as a rotation meets them. Every change is checked: two keys at most, one of them active,
 * and the one that Snowflake uses among the active.
 */
export class KeyWorld {
  public keys: readonly KeyGeneration[] = [{ name: "first", status: "Active" }];
  public readonly live = new Map<string, LiveKey>();
  /** Generations in the engine's state, which an update and a refresh bring up to date. */
  public readonly state = new Set<string>();
  public inSecret = "first";
  /** Generation that Snowflake uses. */
  public snowflake = "first";
  public now = Date.parse("2026-11-23T12:00:00Z");
  /** Actions until the next interruption. */
  public fuse = Number.POSITIVE_INFINITY;
  public unmanaged: readonly string[] = [];
  public readonly waits: Date[] = [];
  public readonly notes: string[] = [];

  public constructor() {
    this.live.set("first", { id: "AKIAFIRST", status: "Active", created: new Date(this.now) });
    this.state.add("first");
    this.advance(60 * 24 * 100);
    this.use();
  }

  public advance(minutes: number): void {
    this.now += minutes * 60_000;
  }

  /** Snowflake reads a file. */
  public use(): void {
    this.change(this.snowflake, { lastUsed: new Date(this.now) });
  }

  /** Somebody runs the SQL and its check, with a key that works. */
  public handOver(): void {
    if (this.live.get(this.inSecret)?.status !== "Active") return;
    this.snowflake = this.inSecret;
    this.use();
  }

  /** Somebody turns a key off that Snowflake does not use. */
  public turnOff(generation: string): void {
    if (generation !== this.snowflake && this.live.has(generation))
      this.change(generation, { status: "Inactive" });
  }

  /** Somebody deletes a key that Snowflake does not use. */
  public deleteKey(generation: string): void {
    if (generation !== this.snowflake) this.live.delete(generation);
    this.check();
  }

  public usage(): KeyUsage {
    return {
      generations: new Map([...this.state].map((name) => [name, this.live.get(name) ?? "gone"])),
      inSecret: this.live.has(this.inSecret) || this.state.has(this.inSecret) ? this.inSecret : undefined,
    };
  }

  public io(agree = true): RotationIo {
    return {
      readKeys: async () => this.keys,
      writeKeys: async (keys) => {
        this.burn();
        assert.ok(keys.length === 1 || keys.length === 2);
        assert.equal(keys.at(-1)?.status, "Active");
        this.keys = keys;
      },
      readUsage: async () => ({ ...this.usage(), unmanaged: this.unmanaged }),
      deploy: async (refresh) => {
        if (agree) this.deploy(refresh);
        return agree;
      },
      note: (message) => this.notes.push(message),
      onWait: ({ until }) => this.waits.push(until),
      now: () => new Date(this.now),
      sleep: async (milliseconds) => this.advance(milliseconds / 60_000),
    };
  }

  /** As the engine does it: what is new, then what changes, then what goes; each may be the last thing done. */
  private deploy(refresh: boolean): void {
    if (refresh) for (const name of this.state) if (!this.live.has(name)) this.state.delete(name);
    for (const { name, status } of this.keys) {
      if (this.state.has(name)) continue;
      this.burn();
      assert.ok(this.live.size < 2, "LimitExceeded: two keys a user");
      this.live.set(name, {
        id: `AKIA${name.toUpperCase()}${this.now}`,
        status,
        created: new Date(this.now),
      });
      this.state.add(name);
    }
    this.burn();
    this.inSecret = this.keys.at(-1)?.name ?? "";
    for (const { name, status } of this.keys) {
      this.burn();
      if (this.live.get(name)?.status !== status) this.change(name, { status });
    }
    for (const name of this.state) {
      if (this.keys.some((key) => key.name === name)) continue;
      this.burn();
      this.live.delete(name);
      this.state.delete(name);
      this.check();
    }
  }

  private change(generation: string, to: Partial<LiveKey>): void {
    const key = this.live.get(generation);
    assert.ok(key, `NoSuchEntity: ${generation}`);
    this.live.set(generation, { ...key, ...to });
    this.check();
  }

  private check(): void {
    assert.equal(this.live.get(this.snowflake)?.status, "Active", `Snowflake's key ${this.snowflake} is off`);
    assert.ok(this.live.size <= 2);
  }

  private burn(): void {
    this.fuse -= 1;
    if (this.fuse < 0) throw new Interrupted();
  }
}
