import type { Rule } from "./rule";
import { protectedData, versionedBuckets } from "./rules/data-protection";
import { keyRotation } from "./rules/key-rotation";
import { noPublicAccess, publicAccessBlocked } from "./rules/public-access";
import { servicesBySource } from "./rules/services";
import { noInlineBucketPolicy, onePolicyAndNotification } from "./rules/single-attachments";
import { tlsOnly } from "./rules/tls";
import { trustByExternalId } from "./rules/trust";
import { noWildcardAllow } from "./rules/wildcards";

/** What the pipeline guarantees, and holds whatever else is in its stack to. */
export const rules: readonly Rule[] = [
  noPublicAccess,
  publicAccessBlocked,
  tlsOnly,
  onePolicyAndNotification,
  noInlineBucketPolicy,
  noWildcardAllow,
  trustByExternalId,
  servicesBySource,
  keyRotation,
  protectedData,
  versionedBuckets,
];
