import type { Check } from "../check";
import type { Aws } from "../clients";
import type { Subject } from "../subject";
import { bucketChecks } from "./bucket-checks";
import { eventChecks } from "./event-checks";
import { keyChecks } from "./key-checks";
import { loadErrorChecks } from "./load-error-checks";
import { logBucketChecks } from "./log-bucket-checks";
import { replicationChecks } from "./replication-checks";
import { trailChecks } from "./trail-checks";

/** Every resource as it is live, against what the stack expects. Reads alone. */
export function configurationChecks(subject: Subject, aws: Aws, now: () => number): Check[] {
  return [
    ...bucketChecks(subject, aws),
    ...replicationChecks(subject, aws),
    ...logBucketChecks(subject, aws),
    ...eventChecks(subject, aws),
    ...loadErrorChecks(subject, aws),
    ...keyChecks(subject, aws),
    ...trailChecks(subject, aws, now),
  ];
}
