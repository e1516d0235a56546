import { z } from "zod";
import type { Row } from "./answer-rows";
import { parseJson } from "./json-answers";

/** The one column of SYSTEM$GET_SNOWFLAKE_PLATFORM_INFO's answer. */
export const platformColumn = /^system\$get_snowflake_platform_info\(\s*\)$/;

const texts = z.array(z.string());
/** docs.snowflake.com/en/sql-reference/functions/system_get_snowflake_platform_info and what its release notes of 2025-02 add */
const platform = z.object({
  "snowflake-vpc-id": texts.optional(),
  "snowflake-egress-vpc-ids": z.array(z.object({ id: z.string(), purpose: z.string() })).optional(),
  "snowflake-vnet-subnet-id": texts.optional(),
});

/** VPCs from which Snowflake reads; none where it runs in another cloud. */
export type PlatformAnswer = readonly string[];

/** Answers among the cells; undefined where there are none. */
export function platformAnswers(rows: readonly Row[]): PlatformAnswer[] {
  return rows.flatMap((row) =>
    [...row.values()].flatMap((cell) => {
      if (!/^\s*\{/.test(cell)) return [];
      const { data } = platform.safeParse(parseJson(cell));
      return data === undefined || Object.keys(data).length === 0 ? [] : [vpcsOf(data)];
    }),
  );
}

/**
 * Reads of external stages come from VPCs of the purpose "generic"; an account without that list has one VPC:
 * docs.snowflake.com/en/user-guide/data-load-s3-allow
 */
function vpcsOf(answer: z.infer<typeof platform>): PlatformAnswer {
  const egress = answer["snowflake-egress-vpc-ids"]?.filter(({ purpose }) => purpose === "generic");
  const ids = egress?.map(({ id }) => id) ?? answer["snowflake-vpc-id"] ?? [];
  return [...new Set(ids)].sort();
}
