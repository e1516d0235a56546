import { fileStates } from "../../../automation/reconcile/states";
import type { ReportData } from "../../../automation/report/report-data";
import type { CheckResult } from "../../../automation/verify/check";

const none = Object.fromEntries(fileStates.map((state) => [state, 0])) as Record<
  (typeof fileStates)[number],
  number
>;

/** A stack as it is deployed: files of the last stream are late, and two of the one before have failed. */
export function deployed(data: ReportData): ReportData {
  const names = data.outputs.streams.map(({ name }) => name);
  const fresh = names.map((name): CheckResult => {
    const check = { id: `fresh/${name}`, title: "Files arrive", needs: [] };
    return name === names.at(-1)
      ? { ...check, verdict: "fail", evidence: "the newest export is 3 days old" }
      : { ...check, verdict: "pass", evidence: `0.5 h old: exports/${name}/a.jsonl.gz; folders by day` };
  });
  const other: CheckResult = { id: "bucket/policy", title: "P", needs: [], verdict: "pass", evidence: "e" };
  const found = {
    stack: data.settings.stack,
    caller: "arn:aws:iam::123456789012:role/ci",
    checks: [other, ...fresh],
    summary: { passed: names.length, failed: 1, skipped: 0 },
  };
  const streams = names.map((stream) => ({
    stream,
    counts: { ...none, loaded: 7, ...(stream === names.at(-2) ? { failed: 2 } : {}) },
    pipe: { state: "RUNNING", pending: 3 },
  }));
  return {
    ...data,
    live: {
      outputs: { found: data.outputs },
      verification: { found },
      status: { problem: "AWS did not answer" },
      files: { found: { streams, worst: [] } },
    },
  };
}
