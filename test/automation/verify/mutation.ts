import assert from "node:assert/strict";
import type { Statement } from "../../../automation/policy-document";
import { verifyPipeline } from "../../../automation/verify/verification";
import { ofThisTurn } from "../../turn";
import { fakeAws } from "./fake-aws";
import { type Live, liveAccount, NOW, trusting } from "./live-account";

export const writer = "BraintrustExportRole-dev";
export const reader = "SnowflakeReaderRole-dev";
export const bucket = "arn:aws:s3:::acme-exports";
export const stranger = "arn:aws:iam::999900001111:root";

export const kms = { ...trusting, encryption: "kms", accessLogs: { enabled: true } };
export const locked = { ...trusting, objectLock: { mode: "GOVERNANCE", days: 30 } };
export const viaTopic = { ...trusting, events: { mode: "sns" } };
export const userMode = { ...trusting, snowflake: { access: "user" } };
export const topicWithKey = { ...viaTopic, encryption: "kms" };

/** A change behind the stack's back and every check that it must turn red, no other. */
export type Mutation = readonly [
  what: string,
  red: readonly string[],
  change: (live: Live) => void,
  given?: Readonly<Record<string, unknown>>,
];

/** Of what a run tries of the changes, all in CI: an independent evaluator judges what each lets whom do. */
const SHARES = 3;

/** Declares one test for each change of this turn. */
export function turnsRed(subject: string, mutations: readonly Mutation[]): void {
  describe(`a change behind the stack's back: ${subject}`, () => {
    for (const [what, red, change, given = trusting] of ofThisTurn(mutations, SHARES)) {
      it(`${what}: ${red.join(", ")}`, async () => {
        const { live, subject: stack } = await liveAccount(given);
        change(live);
        const { checks } = await verifyPipeline(stack, fakeAws(live, stack), { now: () => NOW });
        const failed = checks.filter(({ verdict }) => verdict === "fail");
        assert.deepEqual(failed.map(({ id }) => id).sort(), [...red].sort());
        assert.ok(failed.every(({ fix }) => fix !== undefined && fix !== ""));
      });
    }
  });
}

export function set<Target extends object>(target: Target, values: Partial<Target>): void {
  Object.assign(target, values);
}

export function allow(Action: string | string[], Resource: string, Principal?: { AWS: string }): Statement {
  return { Effect: "Allow", Action, Resource, ...(Principal === undefined ? {} : { Principal }) };
}

export function grant(live: Live, name: string, statement: Statement): void {
  live.identities.get(name)?.attached.push([statement]);
}

export function trustsWith(live: Live, role: string, Condition: NonNullable<Statement["Condition"]>): void {
  Object.assign(live.trust.get(role)?.[0] ?? {}, { Condition });
}

export function removeStatement(statements: Statement[] | undefined, sid: string): void {
  const at = statements?.findIndex(({ Sid }) => Sid === sid) ?? -1;
  assert.notEqual(at, -1, `there is no statement ${sid}`);
  statements?.splice(at, 1);
}
