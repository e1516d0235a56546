import assert from "node:assert/strict";
import { drawnOf, ofThisTurn } from "../turn";

describe("ofThisTurn", () => {
  const cases = Array.from({ length: 11 }, (_, index) => index);
  const inTurn = (turn: string | undefined, shares = 3) => ofThisTurn(cases, shares, { TEST_TURN: turn });

  it("gives each case to exactly one of successive turns", () => {
    const turns = ["7", "8", "9"].map((turn) => inTurn(turn));
    assert.deepEqual(
      turns.flat().sort((a, b) => a - b),
      cases,
    );
    for (const turn of turns) assert.ok(turn.length >= 3, String(turn));
  });

  it("takes every case for all, and the first share without a turn", () => {
    assert.deepEqual(inTurn("all"), cases);
    assert.deepEqual(inTurn(undefined), inTurn("0"));
  });

  it("refuses what is no turn", () => {
    assert.throws(() => inTurn("next"), /TEST_TURN=next is neither a whole number nor "all"/);
    assert.throws(() => inTurn(""), /TEST_TURN= is neither/);
  });
});

describe("drawnOf", () => {
  it("is a share of the random cases, and all of them for all", () => {
    assert.equal(drawnOf(100, 3, { TEST_TURN: "7" }), 34);
    assert.equal(drawnOf(100, 3, { TEST_TURN: "all" }), 100);
  });
});
