import assert from "node:assert/strict";
import { longestChain } from "../../bench/chain";

const span = (urn: string, start: number, end: number, ...dependencies: string[]) => ({
  urn,
  start,
  end,
  dependencies,
});

describe("longestChain", () => {
  it("adds up the times of dependent resources, not the waits between them", () => {
    const spans = [
      span("bucket", 0, 10),
      span("privacy", 15, 20, "bucket"),
      span("policy", 40, 70, "privacy", "role"),
      span("role", 0, 12),
    ];
    assert.deepEqual(longestChain(spans), { ms: 45, urns: ["bucket", "privacy", "policy"] });
  });

  it("takes the longer of two ways, and passes over what it does not know", () => {
    const spans = [span("a", 0, 1), span("b", 0, 9), span("c", 9, 10, "a", "b", "component")];
    assert.deepEqual(longestChain(spans), { ms: 10, urns: ["b", "c"] });
    assert.deepEqual(longestChain([]), { ms: 0, urns: [] });
  });
});
