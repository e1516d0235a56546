import assert from "node:assert/strict";
import { problemsOf } from "../../support";

/** Settings with one problem, and what is said of it. */
export type Case = readonly [
  given: Readonly<Record<string, unknown>>,
  key: string,
  value: string,
  rule: RegExp,
  fix: RegExp,
];

/** Declares one test for each case. */
export function refuses(title: string, cases: readonly Case[]): void {
  describe(`settings refuse ${title}`, () => {
    for (const [given, key, value, rule, fix] of cases) {
      it(JSON.stringify(given).slice(0, 120), () => {
        const [problem, ...others] = problemsOf(given);
        assert.deepEqual([problem?.key, problem?.value, others], [key, value, []]);
        assert.match(problem?.rule ?? "", rule);
        assert.match(problem?.fix ?? "", fix);
      });
    }
  });
}

/** The same case for each of several values. */
export function each(
  values: readonly unknown[],
  given: (value: unknown) => Readonly<Record<string, unknown>>,
  key: string,
  rule: RegExp,
  fix: RegExp,
): Case[] {
  return values.map((value) => [given(value), key, JSON.stringify(value), rule, fix]);
}
