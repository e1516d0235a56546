import { errorLine } from "../aws/aws-errors";
import { throwMistake } from "../errors";
import { type CheckResult, fail, pass } from "./check";
import type { Aws } from "./clients";
import { runChecks } from "./runner";
import type { Subject } from "./subject";

/** Who asks. */
export interface Caller {
  readonly arn: string;
  /** Whether anything else need be asked. */
  readonly check: CheckResult;
}

/** Milliseconds until AWS counts as out of reach. */
const TIMEOUT_MS = 10_000;

/** Finds out who asks: with no answer, or from another account, every other question would be in vain. */
export async function findCaller(
  { sts }: Pick<Aws, "sts">,
  { accountId }: Pick<Subject, "accountId">,
  { signal, timeoutMs = TIMEOUT_MS }: { signal?: AbortSignal | undefined; timeoutMs?: number | undefined },
): Promise<Caller> {
  let arn = "an unknown caller";
  const identify = async () => {
    try {
      const { Arn, Account } = await sts.getCallerIdentity({});
      arn = Arn ?? arn;
      if (Account === accountId) return pass(`${arn}`);
      return fail(
        `${arn} is of account ${Account}, the stack of ${accountId}`,
        `use credentials of account ${accountId}`,
      );
    } catch (error) {
      throwMistake(error);
      return fail(
        `AWS does not say who is calling: ${errorLine(error)}`,
        "check the credentials, the region, the endpoint and the network",
      );
    }
  };
  const title = "The caller is of the stack's account";
  const [check] = await runChecks([{ id: "caller/account", title, needs: [], run: identify }], {
    caller: arn,
    signal,
    timeoutMs,
  });
  return { arn, check: check as CheckResult };
}
