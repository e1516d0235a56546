import { z } from "zod";

/** What a comparison of a million files took. */
export const reconciliationCost = z.object({ ms: z.number(), peakMb: z.number() });

/** What a comparison of so many files cost. */
export type ReconciliationCost = z.infer<typeof reconciliationCost>;
