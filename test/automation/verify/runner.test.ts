import assert from "node:assert/strict";
import { type Check, pass, Skipped, type Verdict } from "../../../automation/verify/check";
import { runChecks } from "../../../automation/verify/runner";
import { elapse, stopClock } from "../../clock";
import { awsError } from "./fake-queue";

const caller = "arn:aws:iam::123456789012:user/operator";

describe("runChecks", () => {
  stopClock();

  it("answers in the order asked, whichever answers first", async () => {
    let answerLate: (verdict: Verdict) => void = () => undefined;
    const later = check("a", () => new Promise((resolve) => (answerLate = resolve)));
    const early = check("b", async () => {
      setImmediate(() => answerLate(pass("late")));
      return pass("early");
    });
    const results = await runChecks([later, early], { caller });
    assert.deepEqual(
      results.map(({ id, evidence }) => [id, evidence]),
      [
        ["a", "late"],
        ["b", "early"],
      ],
    );
  });

  it("has no more in progress than asked for", async () => {
    let running = 0;
    let most = 0;
    const checks = Array.from({ length: 9 }, (_, index) =>
      check(String(index), async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return pass("");
      }),
    );
    await runChecks(checks, { caller, concurrency: 3 });
    assert.equal(most, 3);
  });

  for (const name of [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
  ]) {
    it(`skips where a right is missing: ${name}`, async () => {
      const [named] = await runChecks([failing(awsError(name, "not authorized to perform: s3:Get on x"))], {
        caller,
      });
      assert.deepEqual(
        [named?.verdict, named?.fix, named?.needs],
        ["skip", `grant s3:Get to ${caller}; the whole check needs s3:A, s3:B`, ["s3:A", "s3:B"]],
      );
      const [silent] = await runChecks([failing(awsError(name))], { caller });
      assert.deepEqual([silent?.verdict, silent?.fix], ["skip", `grant s3:A, s3:B to ${caller}`]);
    });
  }

  for (const error of [
    awsError("ExpiredToken"),
    awsError("InvalidClientTokenId"),
    awsError("SignatureDoesNotMatch"),
    awsError("TimeoutError", "connect ETIMEDOUT"),
    new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }),
  ]) {
    it(`fails without a verdict of AWS: ${error.name}`, async () => {
      const [result] = await runChecks([failing(error)], { caller });
      assert.equal(result?.verdict, "fail");
      assert.ok(result?.evidence.includes(error.name));
      assert.ok(!result?.evidence.includes("    at "), "no stack");
    });
  }

  it("throws a mistake in a check on, with its stack trace: it is no verdict", async () => {
    await assert.rejects(
      runChecks([failing(new TypeError("undefined is not iterable"))], { caller }),
      TypeError,
    );
  });

  it("skips what a check says cannot be made here", async () => {
    const [result] = await runChecks([failing(new Skipped("no queue", "make one"))], { caller });
    assert.deepEqual([result?.verdict, result?.evidence, result?.fix], ["skip", "no queue", "make one"]);
  });

  it("fails a check that does not answer, and tells it to stop", async () => {
    let told = false;
    const hanging: Check = {
      ...check("a", () => new Promise(() => undefined)),
      run: ({ signal }) => {
        signal.addEventListener("abort", () => {
          told = true;
        });
        return new Promise(() => undefined);
      },
    };
    const running = runChecks([hanging], { caller, timeoutMs: 20 });
    await elapse(20);
    const [result] = await running;
    assert.deepEqual([result?.verdict, result?.evidence, told], ["fail", "no answer within 0.02 s", true]);
  });

  it("gives all of them no more time than there is, and names those it had none left for", async () => {
    const hanging = () => new Promise<never>(() => undefined);
    const running = runChecks(
      ["a", "b", "c"].map((id) => check(id, hanging)),
      { caller, concurrency: 1, timeoutMs: 40, totalMs: 60 },
    );
    await elapse(60);
    assert.deepEqual(
      (await running).map(({ evidence }) => evidence),
      ["no answer within 0.04 s", "no answer within 0.02 s", "skipped: time limit reached"],
    );
  });

  it("skips what an interruption leaves unanswered", async () => {
    const controller = new AbortController();
    const checks = [
      check("a", async () => {
        controller.abort();
        return new Promise(() => undefined);
      }),
      check("b", async () => pass("")),
    ];
    const results = await runChecks(checks, { caller, signal: controller.signal, concurrency: 1 });
    assert.deepEqual(
      results.map(({ verdict }) => verdict),
      ["skip", "skip"],
    );
  });
});

function check(id: string, run: Check["run"]): Check {
  return { id, title: id, needs: ["s3:A", "s3:B"], run };
}

function failing(error: Error): Check {
  return check("x", () => Promise.reject(error));
}
