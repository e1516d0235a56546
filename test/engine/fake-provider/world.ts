import * as fs from "node:fs";
import * as path from "node:path";

/** A resource as the fake account holds it. */
export interface Thing {
  readonly id: string;
  readonly type: string;
  /** Logical name, the end of the URN. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What the account adds to the inputs: ARNs, generated names, keys. */
  readonly computed: Readonly<Record<string, unknown>>;
}

export type Operation = "create" | "read" | "update" | "delete";

/** What happens to an operation on the resource of this logical name, for as long as the fault is set. */
export interface Fault {
  readonly operation: Operation;
  readonly name: string;
  /** @default resources of this name, whatever their type */
  readonly type?: string;
  /** The account's refusal: the operation is not carried out. @default it waits until the fault is lifted */
  readonly error?: string;
  /** The provider dies instead of waiting. */
  readonly dies?: boolean;
  /** The operation is carried out first: only its answer is lost. */
  readonly late?: boolean;
}

/** One call that reached the account, in order of arrival; `held` when a fault makes one wait. */
export interface Call {
  readonly operation: Operation | "held";
  readonly type: string;
  readonly name: string;
}

/** A fake AWS account in a folder, so that the test and the provider's process see the same one. */
export class World {
  public constructor(private readonly dir: string) {
    fs.mkdirSync(dir, { recursive: true });
  }

  public things(): Thing[] {
    return readJson<Thing[]>(this.file("things.json")) ?? [];
  }

  public find(type: string, id: string): Thing | undefined {
    return this.things().find((thing) => thing.type === type && thing.id === id);
  }

  /** The only resource of this logical name. */
  public named(name: string): Thing {
    const found = this.things().filter((thing) => thing.name === name);
    const [first] = found;
    if (first === undefined || found.length !== 1) throw new Error(`${found.length} things named ${name}`);
    return first;
  }

  /** Adds a resource, or replaces the one with its type and id. */
  public put(thing: Thing): void {
    fs.appendFileSync(this.file("written.jsonl"), `${JSON.stringify(thing)}\n`);
    this.write([...this.without(thing), thing]);
  }

  /** What the resource of this logical name has been, in the order in which it was written. */
  public written(name: string): Thing[] {
    return this.lines<Thing>("written.jsonl").filter((thing) => thing.name === name);
  }

  public remove(thing: Pick<Thing, "type" | "id">): void {
    this.write(this.without(thing));
  }

  public faults(): readonly Fault[] {
    return readJson<Fault[]>(this.file("faults.json")) ?? [];
  }

  /** Replaces the faults; none without arguments. */
  public setFaults(...faults: readonly Fault[]): void {
    writeJson(this.file("faults.json"), faults);
  }

  public calls(): Call[] {
    return this.lines("calls.jsonl");
  }

  public record(call: Call): void {
    fs.appendFileSync(this.file("calls.jsonl"), `${JSON.stringify(call)}\n`);
  }

  private without({ type, id }: Pick<Thing, "type" | "id">): Thing[] {
    return this.things().filter((thing) => thing.type !== type || thing.id !== id);
  }

  private write(things: readonly Thing[]): void {
    writeJson(this.file("things.json"), things);
  }

  private lines<T>(name: string): T[] {
    const file = this.file(name);
    if (!fs.existsSync(file)) return [];
    const lines = fs.readFileSync(file, "utf8").split("\n");
    return lines.filter(Boolean).map((line) => JSON.parse(line));
  }

  private file(name: string): string {
    return path.join(this.dir, name);
  }
}

function readJson<T>(file: string): T | undefined {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/** Whole or not at all: another process may be reading. */
function writeJson(file: string, value: unknown): void {
  const replacement = `${file}.${process.pid}`;
  fs.writeFileSync(replacement, JSON.stringify(value, null, 1));
  fs.renameSync(replacement, file);
}
