/** When the engine worked on one resource, and what it had waited for. */
export interface Span {
  readonly urn: string;
  /** Milliseconds since the run began. */
  readonly start: number;
  readonly end: number;
  /** URNs of what had to be there first. */
  readonly dependencies: readonly string[];
}

/** The longest chain of waits: what a run with no limit but the dependencies would take. */
export interface Chain {
  readonly ms: number;
  /** The first made first. */
  readonly spans: readonly Span[];
}

/** Finds the chain of dependent resources whose own times add up to most. */
export function longestChain(spans: readonly Span[]): Chain {
  const byUrn = new Map(spans.map((span) => [span.urn, span]));
  const known = new Map<string, Chain>();
  const none: Chain = { ms: 0, spans: [] };
  const longer = (a: Chain, b: Chain) => (b.ms > a.ms ? b : a);
  const chainTo = (span: Span): Chain => {
    const found = known.get(span.urn);
    if (found !== undefined) return found;
    const before = span.dependencies.map((urn) => {
      const dependency = byUrn.get(urn);
      return dependency === undefined ? none : chainTo(dependency);
    });
    const { ms, spans: earlier } = before.reduce(longer, none);
    const chain = { ms: ms + span.end - span.start, spans: [...earlier, span] };
    known.set(span.urn, chain);
    return chain;
  };
  return spans.map(chainTo).reduce(longer, none);
}
