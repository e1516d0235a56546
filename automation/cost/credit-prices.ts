import type { Price } from "./prices";

/** A price in Snowflake's credits; `usd` is that of a credit at one dollar. */
interface CreditPrice extends Price {
  readonly credits: number;
}

/** Month whose prices these are. */
export const PRICES_AS_OF_SNOWFLAKE = "2026-01";

/** Tables 1 and 5 of the Snowflake Service Consumption Table. */
const TABLE = "www.snowflake.com/legal-files/CreditConsumptionTable.pdf";

/** A credit on demand, Enterprise edition in AWS's us-east-1; Standard 2.00, Business Critical 4.00. Source: {@link TABLE}. */
export const CREDIT_USD = 3;

const inCredits = (credits: number, unit: string, source: string): CreditPrice => ({
  credits,
  usd: credits,
  per: 1,
  unit,
  source,
});

/** Snowflake's prices in credits, each with its page. */
export const creditPrices = {
  /** All editions, without a charge by the file, since 2025-12-08. */
  snowpipeGb: inCredits(
    0.0037,
    "GB loaded",
    "docs.snowflake.com/en/release-notes/2025/other/2025-12-08-snowpipe-simplified-pricing",
  ),
  serverlessTaskHour: inCredits(0.9, "compute hour of tasks", TABLE),
  xsmallHour: inCredits(
    1,
    "hour of an XSMALL warehouse",
    "docs.snowflake.com/en/user-guide/cost-understanding-compute",
  ),
} satisfies Record<string, CreditPrice>;
