/**
 * What takes long has a share of its cases in each run, and all of them in `npm run test:soak`. The variable TEST_TURN, a
 * whole number, chooses the share, and "all" every case; `.ci/run` takes the number from the commit. Without it, it is 0.
 */
const TURN = "TEST_TURN";

/** Whether every case runs, of whatever has shares. */
export function isWhole(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment[TURN] === "all";
}

/**
 * The cases of this run: each belongs to exactly one of as many turns as there are shares.
 *
 * @throws Error where TEST_TURN is neither a whole number nor "all".
 */
export function ofThisTurn<Case>(
  cases: readonly Case[],
  shares: number,
  environment: NodeJS.ProcessEnv = process.env,
): readonly Case[] {
  if (isWhole(environment)) return cases;
  const turn = environment[TURN] ?? "0";
  if (!/^\d+$/.test(turn)) throw new Error(`${TURN}=${turn} is neither a whole number nor "all"`);
  return cases.filter((_, index) => index % shares === Number(turn) % shares);
}

/** How many of `all` random cases a run draws: a share of them, and all where every case runs. */
export function drawnOf(all: number, shares: number, environment: NodeJS.ProcessEnv = process.env): number {
  return isWhole(environment) ? all : Math.ceil(all / shares);
}
