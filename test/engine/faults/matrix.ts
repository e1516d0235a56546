import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Deployment } from "../../../automation";
import { messageOf } from "../../../automation/errors";
import { ofThisTurn } from "../../turn";
import { FakeAwsEndpoint } from "../fake-aws-endpoint";
import type { Operation, Thing } from "../fake-provider/world";
import { TestProject } from "../harness";
import { type Faulty, type Kind, kinds } from "./kinds";

/** Whether each operation of each stack meets every kind of fault, early and late, and not one of them by turns. */
const EVERY_KIND = process.env.FAULTS === "all";
/** No divisor in common with the number of kinds, so that each share has every kind; no more than a stack has resources. */
const SHARES = 11;
const OPERATIONS: readonly Operation[] = ["create", "read", "update", "delete"];
/** In which the account ends what it still does for an engine that is gone. Who updates within it may create a thing twice. */
const CARRIED_OUT_MS = 1_000;
const LIMIT_MS = 4 * 60 * 60_000;

/** A stack whose resources are to meet faults. */
export interface FaultyStack {
  readonly stack: "dev" | "prod";
  readonly settings: Readonly<Record<string, unknown>>;
  /** @default each of them */
  readonly operations?: readonly Operation[];
  /** Which resources meet faults. @default each of them */
  readonly among?: (thing: Thing) => boolean;
  /** @default {@link EVERY_KIND} */
  readonly everyKind?: boolean;
  /** One fault in so many has its turn. @default {@link SHARES} */
  readonly shares?: number;
}

/** Tests that any fault at any operation ends with the right words, and that the next update converges. */
export function testFaults(title: string, faulty: FaultyStack): void {
  describe(`faults of ${title}`, () => {
    let endpoint: FakeAwsEndpoint;
    let project: TestProject;
    let whole: readonly Thing[];
    let count = 0;

    before(async () => {
      endpoint = await FakeAwsEndpoint.start(() => project.world);
      Object.assign(process.env, endpoint.environment);
      project = await TestProject.create(faulty.stack, faulty.settings);
      await project.keep("empty");
      await (await open()).up({}, []);
      whole = project.world.things();
      await project.keep("whole");
    });
    after(async () => {
      for (const name of Object.keys(endpoint.environment)) delete process.env[name];
      endpoint.stop();
      await project.remove();
      console.log(`    ${count} faults of ${title}, each followed by an update that converged`);
    });

    for (const operation of faulty.operations ?? OPERATIONS) {
      it(`${operation}: the next update converges, after any fault of any resource`, async function () {
        this.timeout(LIMIT_MS);
        const before = count;
        const things = whole.filter(faulty.among ?? (() => true));
        const faults = (faulty.everyKind ?? EVERY_KIND) ? everyFault(things) : byTurns(things, operation);
        for (const { thing, late, kind } of ofThisTurn(faults, faulty.shares ?? SHARES)) {
          const { type, name } = thing;
          await suffer({ project, operation, type, name, late }, kind);
          count += 1;
        }
        assert.ok(count > before, "nothing was tried");
      });
    }

    async function suffer(fault: Faulty, kind: Kind): Promise<void> {
      const { operation, type, name } = fault;
      const what = `${kind.title}, ${operation} ${name}`;
      await project.restore(operation === "create" ? "empty" : "whole");
      if (operation === "update") spoil(type, name);
      const stopWatching = watchState(project);
      const told = await kind.strike(fault);
      if (told !== undefined && !kind.silent) {
        assert.ok(told.includes(name), `${what}: it does not name the resource: ${told}`);
        assert.match(told, /^next: `npm run pipeline -- (up|destroy) --stack/m, what);
      }
      project.world.setFaults();
      await sleep(CARRIED_OUT_MS);
      try {
        await (await open()).up({}, []);
        assert.deepEqual(summary(project.world.things()), summary(whole));
        await project.assertSettled();
      } catch (error) {
        throw new Error(`${what}: ${messageOf(error)}`);
      } finally {
        assert.deepEqual(await stopWatching(), [], what);
      }
    }

    function spoil(type: string, name: string): void {
      const thing = project.world.things().find((one) => one.type === type && one.name === name);
      assert.ok(thing !== undefined);
      project.world.put({ ...thing, inputs: { ...thing.inputs, spoiled: "behind Pulumi's back" } });
    }

    function open(): Promise<Deployment> {
      return Deployment.open({ ...project.options, create: true, retryWaitMs: 10 });
    }
  });
}

/** What happens to an operation on a resource. */
interface Case {
  readonly thing: Thing;
  readonly late: boolean;
  readonly kind: Kind;
}

function everyFault(things: readonly Thing[]): Case[] {
  return things.flatMap((thing) =>
    [false, true].flatMap((late) => kinds.map((kind) => ({ thing, late, kind }))),
  );
}

/** One for each resource. */
function byTurns(things: readonly Thing[], operation: Operation): Case[] {
  const shift = OPERATIONS.indexOf(operation);
  return things.flatMap((thing, index) => {
    // The other way round once each kind has had its turn: so that each of them strikes early and late.
    const late = (index + Math.floor(index / kinds.length)) % 2 === 0;
    return kinds
      .slice((index + shift) % kinds.length)
      .slice(0, 1)
      .map((kind) => ({ thing, late, kind }));
  });
}

/** What there is, by logical names instead of what AWS has made up by chance. */
function summary(things: readonly Thing[]): unknown[] {
  const madeUp = things
    .flatMap(({ id, name, computed }) =>
      [id, ...Object.values(computed)].map((value) => ({ value: plain(value), name })),
    )
    // One may be the beginning of another, and several may have the same.
    .sort((a, b) => b.value.length - a.value.length || a.name.localeCompare(b.name));
  const named = (inputs: Thing["inputs"]) =>
    madeUp.reduce((text, { value, name }) => text.replaceAll(value, `<${name}>`), JSON.stringify(inputs));
  return things
    .map(({ type, name, inputs }) => ({ type, name, inputs: named(inputs) }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.type.localeCompare(b.type));
}

/** What is in a secret, or else the value itself. */
function plain(value: unknown): string {
  return String(typeof value === "object" && value !== null && "value" in value ? value.value : value);
}

/** Reads the state over and over; the function that it returns stops that and tells of each failure. */
function watchState(project: TestProject): () => Promise<string[]> {
  const failures: string[] = [];
  let watching = true;
  const watcher = (async () => {
    while (watching) {
      await project.state().catch((error: unknown) => failures.push(String(error)));
      await sleep(20);
    }
  })();
  return async () => {
    watching = false;
    await watcher;
    return failures;
  };
}
