import type { S3 } from "@aws-sdk/client-s3";
import { orAbsent } from "../automation/aws/aws-errors";
import { equivalent } from "./equivalence";
import { ownedSids, ownPolicy, ownSids, policyProblems, policyShare, splicedPolicy } from "./policy-merge";
import { type Properties, type ResourceKind, refuse } from "./resource-kind";
import { LOOK_AGAIN_MS, rewrite, type SharedDocument } from "./rewrite";

type Client = Pick<S3, "getBucketPolicy" | "putBucketPolicy" | "deleteBucketPolicy">;
type Policy = string | undefined;

/** The policy of a bucket, of which a part is this pipeline's. */
export function sharedPolicy(s3: Client, lookAgainMs = LOOK_AGAIN_MS): ResourceKind {
  return {
    async problems(inputs, olds) {
      const own = policyShare.parse(inputs);
      const live = await documentOf(s3, own).get();
      return policyProblems(own.bucket, splicedPolicy(live, ownSids(own.owner, olds), own));
    },
    difference: (olds, news) => ({
      changed: olds.owner !== news.owner || !equivalent(documentIn(olds), documentIn(news)),
      replaces: olds.bucket === news.bucket ? [] : ["bucket"],
    }),
    async write(inputs, olds) {
      const own = policyShare.parse(inputs);
      const isOwn = ownSids(own.owner, olds);
      const change = (live: Policy) => {
        const wanted = splicedPolicy(live, isOwn, own);
        refuse(policyProblems(own.bucket, wanted));
        return wanted;
      };
      await rewrite(documentOf(s3, own), change, lookAgainMs);
      return inputs;
    },
    async read(state) {
      const own = policyShare.parse(state);
      const live = await orAbsent(documentOf(s3, own).get(), "NoSuchBucket");
      const policy = ownPolicy(live, own);
      return policy === undefined ? undefined : { ...state, policy };
    },
    async remove(state) {
      const own = policyShare.parse(state);
      const isOwn = ownSids(own.owner);
      const without = (live: Policy) => splicedPolicy(live, isOwn, undefined);
      await orAbsent(rewrite(documentOf(s3, own), without, lookAgainMs), "NoSuchBucket");
    },
  };
}

/** As an object where it is JSON: what depends on a resource that is still to be created is none yet. */
function documentIn({ policy }: Properties): unknown {
  try {
    return JSON.parse(String(policy));
  } catch {
    return policy;
  }
}

function documentOf(
  s3: Client,
  { bucket: Bucket, owner }: { readonly bucket: string; readonly owner: string },
): SharedDocument<Policy> {
  return {
    what: "policy",
    get: async () => (await orAbsent(s3.getBucketPolicy({ Bucket }), "NoSuchBucketPolicy"))?.Policy,
    async put(policy) {
      await (policy === undefined
        ? s3.deleteBucketPolicy({ Bucket })
        : s3.putBucketPolicy({ Bucket, Policy: policy }));
    },
    ownNames: (live) => ownedSids(live, owner),
  };
}
