/** A refusal before a request is looked at. */
export interface Refused {
  readonly status: 401 | 429;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whom the API lets in: who has a key that is valid, and not too often. RFC 6585, section 4, and RFC 9110, section 10.2.3 */
export class Gate {
  /** Requests until the key expires. */
  public validFor = Number.POSITIVE_INFINITY;
  /** Most requests in a window. */
  public limit = Number.POSITIVE_INFINITY;
  public windowMs = 10_000;
  private times: number[] = [];
  /** A clock of its own: on that of a busy machine, a part of the window would have passed. */
  private now = 0;

  public pass(milliseconds: number): void {
    this.now += milliseconds;
  }

  /** What a request is refused with; one that is refused for its rate does not count. */
  public refusal(authorized: boolean): Refused | undefined {
    const headers = { "content-type": "text/plain" };
    const { now } = this;
    this.times = this.times.filter((time) => time > now - this.windowMs);
    if (this.times.length >= this.limit) {
      const waitMs = (this.times[0] ?? now) + this.windowMs - now;
      const seconds = String(Math.ceil(waitMs / 1000));
      return { status: 429, body: "Too many requests", headers: { ...headers, "retry-after": seconds } };
    }
    this.times.push(now);
    if (!authorized) return { status: 401, body: "No valid API key", headers };
    if (this.validFor === 0) return { status: 401, body: "The API key has expired", headers };
    this.validFor -= 1;
    return undefined;
  }
}
