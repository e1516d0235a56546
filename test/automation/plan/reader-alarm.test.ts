import assert from "node:assert/strict";
import { readerAlarmWarnings } from "../../../automation/plan/reader-alarm";
import { ACCOUNT_ID, deployProgram } from "../../support";

async function warningsFor(readers: readonly string[]): Promise<string[]> {
  const crossAccountReaders = readers.map((arn) => ({ arn }));
  const { deployed } = await deployProgram({ crossAccountReaders }, { stack: "prod" });
  return readerAlarmWarnings(deployed.resources).map(({ message }) =>
    message.replace("the alarm on reads by unlisted callers ", ""),
  );
}

const role = (name: string) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
const many = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => name(i));

describe("the plan's warnings about the alarm on readers", () => {
  it("are none where the pattern names every reader", async () => {
    assert.deepEqual(await warningsFor([]), []);
    assert.deepEqual(await warningsFor([role("analyst"), "arn:aws:iam::777788889999:root"]), []);
  });

  it("name the beginnings that stand for readers", async () => {
    const [warning = "", ...others] = await warningsFor(
      many(12, (index) => role(`AWSReservedSSO_DataTeam${index}_0123456789abcdef`)),
    );
    assert.match(warning, /^takes every caller named AWSReservedSSO_DataTeam\S*\* .*for a reader$/);
    assert.deepEqual(others, []);
  });

  it("say that no role and no user of this account is seen", async () => {
    const names = many(15, (index) =>
      role(`${String.fromCharCode(97 + index)}${"-reader-of-exports".repeat(3)}`),
    );
    assert.ok((await warningsFor(names)).includes("does not see users and roles of this account"));
  });

  it("say that other accounts are not seen", async () => {
    const accounts = many(15, (index) => `arn:aws:iam::${600000000000 + index}:root`);
    assert.deepEqual(await warningsFor(accounts), ["sees callers of this account alone"]);
  });
});
