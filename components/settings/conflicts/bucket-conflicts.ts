import type { Problem } from "../problems";
import type { Settings } from "../settings";

/** Settings of a bucket that the stack would create, beside `existingBucket`. */
export function bucketConflicts({ existingBucket }: Settings, isGiven: (key: string) => boolean): Problem[] {
  if (existingBucket === undefined) return [];
  const shaping = ["bucketName", "encryption", "lifecycle", "objectLock", "accessLogs", "forceDestroy"];
  return shaping.filter(isGiven).map((key) => ({
    key,
    value: "(set)",
    rule: "is for a bucket that this stack creates, and cannot be used together with existingBucket",
    fix: `remove ${key}, or remove existingBucket`,
  }));
}
