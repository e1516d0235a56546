import assert from "node:assert/strict";
import { computedDefaults, meanings } from "../../components/settings/descriptions";
import { settingsSchema } from "../../components/settings/schema";
import { settingsOfSchema } from "../changes/schema-walk";
import { settingsPage } from "./settings-page";

describe("the page of settings", () => {
  const page = settingsPage();
  const rowOf = (key: string) => page.split("\n").find((line) => line.startsWith(`| \`${key}\` |`)) ?? "";

  it("has a row for each setting of the schema, with a meaning, values and a default", () => {
    for (const { key } of settingsOfSchema(settingsSchema)) {
      const [, , meaning = "", values = "", byDefault = ""] = rowOf(key).split(/(?<!\\)\|/);
      for (const cell of [meaning, values, byDefault]) assert.notEqual(cell.trim(), "", key);
      assert.doesNotMatch(rowOf(key), /undefined|\[object/, key);
    }
  });

  it("has a row or a heading for each described key", () => {
    for (const key of [...Object.keys(meanings), ...Object.keys(computedDefaults)]) {
      assert.ok(rowOf(key) !== "" || page.includes(`\n## ${key}\n`), key);
    }
  });

  it("shows the unit and the limits of numbers, the rule of texts and the choices of enums", () => {
    assert.match(
      rowOf("lifecycle.standardIaDays"),
      /whole number of days, at least 30, at most 36500 \| `30`/,
    );
    assert.match(rowOf("monitoring.exportEveryHours"), /number of hours, more than 0, at most 168 \| `24`/);
    assert.match(rowOf("braintrust.accountId"), /must be 12 digits; for example `111122223333`/);
    assert.match(rowOf("events.mode"), /`snowflake-queue`, `sns`, `queue`, `none` \| `snowflake-queue`/);
    assert.match(rowOf("snowflake.accessKeys"), /list, at least 1, at most 2/);
  });
});
