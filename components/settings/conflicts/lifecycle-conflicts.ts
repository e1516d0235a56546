import type { Problem } from "../problems";
import type { Settings } from "../settings";

/** Days of a lifecycle in an order that S3 does not take. */
export function lifecycleConflicts({ lifecycle }: Settings): Problem[] {
  return [...stepConflicts(lifecycle), ...archiveConflicts(lifecycle)];
}

function stepConflicts(lifecycle: Settings["lifecycle"]): Problem[] {
  const { profile, standardIaDays, glacierDays, deepArchiveDays, glacierIrDays, intelligentTiering } =
    lifecycle;
  const steps: [string, number][] =
    profile === "archive"
      ? [
          ["standardIaDays", standardIaDays],
          ["glacierDays", glacierDays],
          ["deepArchiveDays", deepArchiveDays],
        ]
      : profile === "instant" && !intelligentTiering
        ? [
            ["standardIaDays", standardIaDays],
            ["glacierIrDays", glacierIrDays],
          ]
        : [];
  if (lifecycle.expireDays !== undefined) steps.push(["expireDays", lifecycle.expireDays]);
  return steps.slice(1).flatMap(([key, days], index) => {
    const [before, daysBefore] = steps[index] ?? ["", 0];
    // S3: 30 days in STANDARD_IA before the next class, docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    const least = daysBefore + (before === "standardIaDays" && key !== "expireDays" ? 30 : 1);
    if (days >= least) return [];
    const rule = `must be at least ${least}, since ${before} is ${daysBefore}`;
    const others = profile === "archive" ? "instant (GLACIER_IR) or none" : "none";
    const fix = `let each step follow the one before it, or set lifecycle.profile, which is ${profile}, to ${others}`;
    return [{ key: `lifecycle.${key}`, value: String(days), rule, fix }];
  });
}

function archiveConflicts(lifecycle: Settings["lifecycle"]): Problem[] {
  const { profile, intelligentTiering, archiveAccessDays, deepArchiveAccessDays } = lifecycle;
  const given = Object.entries({ archiveAccessDays, deepArchiveAccessDays }).filter(([, days]) => days);
  if (profile !== "instant" || !intelligentTiering) {
    return given.map(([key, days]) => ({
      key: `lifecycle.${key}`,
      value: String(days),
      rule: "is a tier of Intelligent-Tiering, which this lifecycle has not",
      fix: "set lifecycle.profile to instant and lifecycle.intelligentTiering to true, or remove it",
    }));
  }
  if (
    archiveAccessDays === undefined ||
    deepArchiveAccessDays === undefined ||
    archiveAccessDays < deepArchiveAccessDays
  ) {
    return [];
  }
  return [
    {
      key: "lifecycle.deepArchiveAccessDays",
      value: String(deepArchiveAccessDays),
      rule: `must be at least ${archiveAccessDays + 1}, since archiveAccessDays is ${archiveAccessDays}`,
      fix: "let each step follow the one before it",
    },
  ];
}
