import { isMap, isSeq, parseDocument, type YAMLMap } from "yaml";
import { z } from "zod";
import { awsLimits } from "../components/aws-limits";
import { isEarlierName, isOwnedBy } from "../components/storage/share-names";
import { equivalent } from "./equivalence";
import type { Problem } from "./resource-kind";

/** What of a bucket's policy is one pipeline's, as the resource has it: `policy` has the pipeline's statements alone. */
export const policyShare = z.object({ bucket: z.string(), owner: z.string().min(1), policy: z.string() });
/** A pipeline's share of a bucket's policy. */
export type PolicyShare = Pick<z.output<typeof policyShare>, "owner" | "policy">;

/** A statement as its document writes it. */
interface Statement {
  readonly sid: string | undefined;
  readonly text: string;
}

interface Document {
  readonly before: string;
  readonly statements: readonly Statement[];
  readonly after: string;
}

/** Of which statements in a bucket's policy a pipeline may dispose. */
export type IsOwn = (sid: string | undefined) => boolean;

/**
 * Those with the owner's mark, and those that an earlier version has written by the state that it left: its outputs may list
 * those of others too.
 */
export function ownSids(owner: string, olds: { readonly policy?: unknown } = {}): IsOwn {
  const { policy } = olds;
  const known = typeof policy === "string" ? parsed(policy).statements.map(({ sid }) => sid) : [];
  const earlier = new Set(known.filter(isEarlierName));
  return (sid) => isOwnedBy(sid, owner) || earlier.has(sid);
}

/**
 * A bucket's policy with the pipeline's statements replacing those that it has there. Those of others stay as they are
 * written, in their order.
 *
 * @param live `undefined` where the bucket has no policy.
 * @param own `undefined` takes the pipeline's away.
 * @returns `undefined` where no statement is left.
 * @throws Error where the live policy is not JSON.
 */
export function splicedPolicy(
  live: string | undefined,
  isOwn: IsOwn,
  own: PolicyShare | undefined,
): string | undefined {
  const wanted = own === undefined ? [] : parsed(own.policy).statements;
  if (live === undefined) return wanted.length === 0 ? undefined : own?.policy;
  const { before, statements, after } = parsed(live);
  const kept = statements.flatMap((statement) => {
    if (!isOwn(statement.sid)) return [statement];
    const now = wanted.find(({ sid }) => sid === statement.sid);
    if (now === undefined) return [];
    return [sameStatement(now, statement) ? statement : now];
  });
  const added = wanted.filter(({ sid }) => !kept.some((statement) => statement.sid === sid));
  const all = [...kept, ...added];
  if (all.length === 0) return undefined;
  const unchanged = all.length === statements.length && all.every((one, index) => one === statements[index]);
  return unchanged ? live : `${before}${all.map(({ text }) => text).join(",")}${after}`;
}

/** The pipeline's statements as the bucket has them, in a document of their own; `undefined` where it has none. */
export function ownPolicy(live: string | undefined, { owner, policy }: PolicyShare): string | undefined {
  const found = live === undefined ? [] : parsed(live).statements.filter(({ sid }) => isOwnedBy(sid, owner));
  if (found.length === 0) return undefined;
  const written = `{"Version":"2012-10-17","Statement":[${found.map(({ text }) => text).join(",")}]}`;
  return equivalent(JSON.parse(written), JSON.parse(policy)) ? policy : written;
}

/** Sids of the owner's statements in a bucket's policy. */
export function ownedSids(live: string | undefined, owner: string): (string | undefined)[] {
  const statements = live === undefined ? [] : parsed(live).statements;
  return statements.map(({ sid }) => sid).filter((sid) => isOwnedBy(sid, owner));
}

/** What S3 would refuse about a policy. */
export function policyProblems(bucket: string, policy: string | undefined): Problem[] {
  const bytes = Buffer.byteLength(policy ?? "");
  const { most } = awsLimits.bucketPolicy;
  if (bytes <= most) return [];
  return [
    {
      message: `the policy of ${bucket} would have ${bytes} bytes with this stack's statements, and S3 takes at most ${most}`,
      fix: "name fewer crossAccountReaders, or have its owner remove statements that nobody needs",
    },
  ];
}

function sameStatement(one: Statement, other: Statement): boolean {
  return equivalent(JSON.parse(one.text), JSON.parse(other.text));
}

/** JSON is YAML too, and of a YAML document the places of its parts are known: a number stays as it is written. */
function parsed(policy: string): Document {
  const { contents, errors } = parseDocument(policy, { schema: "json", uniqueKeys: false });
  const list = isMap(contents) ? contents.get("Statement", true) : undefined;
  if (errors.length > 0 || !(isSeq(list) || isMap(list)) || !list.range) {
    throw new Error(`the bucket's policy cannot be read: ${errors[0]?.message ?? "it has no statements"}`);
  }
  const [start, end] = list.range;
  if (isMap(list)) {
    const statements = [statementOf(list, policy)];
    return { before: `${policy.slice(0, start)}[`, statements, after: `]${policy.slice(end)}` };
  }
  return {
    before: policy.slice(0, start + 1),
    statements: list.items.filter(isMap).map((item) => statementOf(item, policy)),
    after: policy.slice(end - 1),
  };
}

function statementOf(item: YAMLMap, policy: string): Statement {
  const sid = item.get("Sid");
  const [start, end] = item.range ?? [0, 0];
  return { sid: typeof sid === "string" ? sid : undefined, text: policy.slice(start, end) };
}
