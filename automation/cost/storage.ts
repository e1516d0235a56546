import { minimumDays, type StorageClass } from "./prices";

/** Days of a month in every estimate. */
export const MONTH_DAYS = 30;

/** A time that every object spends in a class, counted from its upload. */
export interface Stay {
  readonly storageClass: StorageClass;
  readonly fromDay: number;
  /** Infinity where nothing ends it. */
  readonly toDay: number;
}

/** How what is uploaded evenly, day by day, moves through the classes. Amounts are of the unit uploaded, GB or objects. */
export interface StayInMonth {
  readonly stay: Stay;
  /** Average over the month of what is in the class. */
  readonly held: number;
  /** What came into the class. */
  readonly entered: number;
  /** What is paid for beyond `held`, because it left before the class's minimum: as if held for the month. */
  readonly leftEarly: number;
}

/** One transition of a lifecycle. */
export interface Step {
  readonly days: number;
  readonly storageClass: string;
}

/**
 * The stays that a lifecycle makes of an object's life.
 *
 * @param archives steps into the archives of Intelligent-Tiering, counted from the upload: nobody reads an object again.
 * @param endDay day on which the object is gone, Infinity for never.
 */
export function staysOf(steps: readonly Step[], endDay: number, archives: readonly Step[] = []): Stay[] {
  const tiered = steps.flatMap((step) =>
    step.storageClass === TIERING ? tiersFrom(step.days, archives) : [step],
  );
  const inOrder = [...tiered].sort((one, other) => one.days - other.days) as Entry[];
  const entries: Entry[] = [{ days: 0, storageClass: "STANDARD" }, ...inOrder];
  return entries.flatMap(({ days, storageClass }, index) => {
    const toDay = Math.min(entries[index + 1]?.days ?? Number.POSITIVE_INFINITY, endDay);
    return toDay > days ? [{ storageClass, fromDay: days, toDay }] : [];
  });
}

const TIERING = "INTELLIGENT_TIERING";

interface Entry {
  readonly days: number;
  readonly storageClass: StorageClass;
}

/** Intelligent-Tiering lowers what nobody has read for 30 and for 90 days: aws.amazon.com/s3/storage-classes/intelligent-tiering */
function tiersFrom(days: number, archives: readonly Step[]): Step[] {
  return [
    { days, storageClass: TIERING },
    { days: days + 30, storageClass: `${TIERING} infrequent` },
    { days: days + 90, storageClass: `${TIERING} instant` },
    ...archives.map((archive) => ({ ...archive, days: days + archive.days })),
  ];
}

/**
 * What a month brings to each stay.
 *
 * @param perDay what is uploaded each day, from the first day of month 1.
 * @param month 1 for the first.
 */
export function monthOf(stays: readonly Stay[], perDay: number, month: number): StayInMonth[] {
  const days = Array.from({ length: MONTH_DAYS }, (_, index) => (month - 1) * MONTH_DAYS + index);
  return stays.map((stay) => {
    const { fromDay, toDay, storageClass } = stay;
    // On day `day` the oldest upload is `day` days old, and one of every age down to 0 is there.
    const cohortDays = days.reduce((sum, day) => sum + Math.max(0, Math.min(toDay, day + 1) - fromDay), 0);
    const missing = Math.max(0, (minimumDays[storageClass] ?? 0) - (toDay - fromDay));
    const left = days.filter((day) => day >= toDay).length;
    return {
      stay,
      held: (perDay * cohortDays) / MONTH_DAYS,
      entered: perDay * days.filter((day) => day >= fromDay).length,
      leftEarly: (perDay * left * missing) / MONTH_DAYS,
    };
  });
}
