import { accessSabotages } from "./sabotage-access";
import { bucketSabotages } from "./sabotage-bucket";
import { eventSabotages } from "./sabotage-events";
import type { Sabotage } from "./sabotage-words";

/**
 * Every type that the program makes but one, in an order in which AWS lets them go.
 *
 * `aws:s3/bucketMetric:BucketMetric` is left out: the emulator keeps no metrics configuration, and takes the removal of one
 * for that of its bucket.
 */
export const sabotages: Readonly<Record<string, Sabotage>> = {
  ...bucketSabotages,
  ...eventSabotages,
  ...accessSabotages,
};
