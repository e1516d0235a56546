import assert from "node:assert/strict";
import { parseAnswers } from "../../automation/snowflake/answers/answers";
import { runSnow } from "../../automation/snowflake/handshake/snow";
import { snowflakeSql } from "../../automation/snowflake/sql/sql";
import { accesses, modes, type Sample, sampleOutputs } from "../automation/snowflake/sql/sample-outputs";
import { needSnow, RealSnow } from "./real-snow";

const key = { accessKeyId: "AKIAFIRST", secretAccessKey: "first/secret+1" };
const next = { accessKeyId: "AKIANEXT", secretAccessKey: "next/secret+2" };

describe("parts of the SQL, run by the Snowflake CLI itself", function () {
  this.timeout(120_000);
  let snow: RealSnow;

  before(function () {
    needSnow(this);
  });
  beforeEach(async () => {
    const yes = () => true;
    snow = await RealSnow.connect({ assumes: yes, subscribes: yes, knowsKey: yes });
    snow.account.ignoresCase = true;
  });
  afterEach(() => snow.remove());

  const stack = (sample: Sample) => ({
    ...sampleOutputs({ streams: 2, snowflake: { integration: '"Lake reader"' }, ...sample }),
    stack: "dev",
  });
  const run = (sql: string) => runSnow(sql, { environment: snow.environment });

  for (const mode of modes) {
    for (const access of accesses) {
      it(`sets up, loads and sets up again in mode ${mode} with access ${access}, and creates nothing twice`, async () => {
        const outputs = stack({ mode, access, errors: mode === "sns" });
        const setup = snowflakeSql(outputs, "setup", { revealSecrets: key });
        const load = snowflakeSql(outputs, "load");
        const printed = await run(`${setup}${load}${setup}`);
        const autoIngests = mode === "sns" || mode === "snowflake-queue";
        // A task that reads by a key leaves nothing to answer.
        const isAnswered = autoIngests || access === "role";
        const { pipes, storageIntegration } = isAnswered
          ? parseAnswers(printed)
          : { pipes: [], storageIntegration: undefined };
        assert.equal(pipes.length, autoIngests ? 2 : 0);
        assert.equal(snow.account.all("PIPE").length, autoIngests ? 2 : 0);
        assert.equal(snow.account.all("TASK").length, autoIngests ? 0 : 2);
        assert.equal(snow.account.all("STAGE").length, 2);
        const user = access === "role" ? snow.account.storageUser : undefined;
        assert.equal(storageIntegration?.STORAGE_AWS_IAM_USER_ARN, user);
      });
    }
  }

  it("reads with a rotated key after the part `objects`, and shows neither key", async () => {
    const outputs = stack({ access: "user" });
    const first = await run(snowflakeSql(outputs, "setup", { revealSecrets: key }));
    const shown = await run(
      snowflakeSql(outputs, "objects", { revealSecrets: next }) + snowflakeSql(outputs, "load"),
    );
    assert.deepEqual([...new Set(snow.account.usedKeys)], [next.accessKeyId]);
    for (const { secretAccessKey } of [key, next]) assert.ok(!(first + shown).includes(secretAccessKey));
  });

  it("says why pipes are dead", async () => {
    const outputs = stack({});
    snow.account.invalidReason = "Stage dropped";
    const answers = await run(snowflakeSql(outputs, "setup") + snowflakeSql(outputs, "load"));
    assert.deepEqual(
      parseAnswers(answers).pipes.map(({ invalidReason }) => invalidReason),
      ["Stage dropped", "Stage dropped"],
    );
  });
});
