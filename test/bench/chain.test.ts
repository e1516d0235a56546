import assert from "node:assert/strict";
import { longestChain, type Span } from "../../bench/chain";

const span = (urn: string, start: number, end: number, ...dependencies: string[]) => ({
  urn,
  start,
  end,
  dependencies,
});

const urns = (spans: readonly Span[]) => longestChain(spans).spans.map(({ urn }) => urn);

describe("longestChain", () => {
  it("adds up the times of dependent resources, not the waits between them", () => {
    const spans = [
      span("bucket", 0, 10),
      span("privacy", 15, 20, "bucket"),
      span("policy", 40, 70, "privacy", "role"),
      span("role", 0, 12),
    ];
    assert.deepEqual(urns(spans), ["bucket", "privacy", "policy"]);
    assert.equal(longestChain(spans).ms, 45);
  });

  it("takes the longer of two ways, and passes over what it does not know", () => {
    const spans = [span("a", 0, 1), span("b", 0, 9), span("c", 9, 10, "a", "b", "component")];
    assert.deepEqual(urns(spans), ["b", "c"]);
    assert.equal(longestChain(spans).ms, 10);
    assert.deepEqual(longestChain([]), { ms: 0, spans: [] });
  });
});
