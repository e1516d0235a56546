import assert from "node:assert/strict";
import { type Registered, sharedProgram } from "../../support";

const connected = {
  braintrust: { accountId: "111122223333", orgId: "org-1" },
  streams: [{ name: "logs" }, { name: "spans" }],
  events: { mode: "sns" },
};

/** A guard that production has by default, or by `on`. */
interface Guard {
  readonly on?: object;
  readonly off: object;
  /** What it is made of. */
  readonly made: readonly string[];
  /** Whose policy, rule or picture names it. */
  readonly changed: readonly string[];
}

const tiering = { profile: "instant", intelligentTiering: true };
const lock = { mode: "GOVERNANCE", days: 7 };
const guards: readonly Guard[] = [
  {
    off: { accessLogs: { enabled: false } },
    made: ["pipeline-bucket-access-logs"],
    // Which watches the bucket of the logs too.
    changed: ["pipeline-trail-watch-bucket-changes-filter"],
  },
  {
    off: { auditTrail: { enabled: false } },
    made: ["pipeline-audit", "pipeline-trail-watch"],
    changed: ["pipeline-key-policy", "pipeline-monitoring-dashboard"],
  },
  {
    off: { monitoring: { enabled: false } },
    made: ["pipeline-alerts", "pipeline-bucket-metrics", "pipeline-monitoring", "pipeline-trail-watch"],
    changed: ["pipeline-key-policy"],
  },
  {
    off: { monitoring: { requestMetrics: false } },
    made: [
      "pipeline-bucket-metrics",
      "pipeline-monitoring-metrics",
      "pipeline-monitoring-no-export",
      "pipeline-monitoring-client-errors",
      "pipeline-monitoring-server-errors",
      "pipeline-monitoring-unusual-downloads",
    ],
    changed: ["pipeline-monitoring-dashboard", "pipeline-monitoring-unhealthy"],
  },
  { off: { monitoring: { dashboard: false } }, made: ["pipeline-monitoring-dashboard"], changed: [] },
  { off: { monitoring: { compositeAlarm: false } }, made: ["pipeline-monitoring-unhealthy"], changed: [] },
  {
    off: { monitoring: { anomalyDetection: false } },
    made: ["pipeline-monitoring-unusual-downloads"],
    changed: [],
  },
  {
    on: { lifecycle: { ...tiering, archiveAccessDays: 90 } },
    off: { lifecycle: tiering },
    made: ["pipeline-bucket-archive-tiers"],
    changed: [],
  },
  { on: { objectLock: lock }, off: {}, made: ["pipeline-bucket-lock"], changed: [] },
  { on: { auditTrail: { lock } }, off: {}, made: ["pipeline-audit-logs-lock"], changed: [] },
];

describe("turning a guard off", () => {
  const resourcesOf = async (settings: object): Promise<Map<string, Registered>> => {
    const { deployed } = await sharedProgram({ ...connected, ...settings }, { stack: "prod" });
    return new Map(
      deployed.resources
        .filter(({ type }) => type !== "pulumi:pulumi:Stack")
        .map((resource) => [`${resource.type} ${resource.name}`, resource]),
    );
  };

  for (const { on: wanted = {}, off, made, changed } of guards) {
    it(`removes all of it and nothing else: ${made.join(", ")}`, async () => {
      const [on, without] = [await resourcesOf(wanted), await resourcesOf(off)];
      const gone = [...on].filter(([key]) => !without.has(key)).map(([, { name }]) => name);
      const owned = (name: string) => made.some((each) => name === each || name.startsWith(`${each}-`));
      assert.deepEqual(
        gone.filter((name) => !owned(name)),
        [],
      );
      assert.deepEqual(
        [...without].filter(([key, { name }]) => !on.has(key) || owned(name)),
        [],
      );
      for (const each of made)
        assert.ok(
          gone.some((name) => name.startsWith(each)),
          each,
        );
      const differing = [...without]
        .filter(
          ([key, { type, inputs }]) =>
            type.startsWith("aws:") && JSON.stringify(inputs) !== JSON.stringify(on.get(key)?.inputs),
        )
        .map(([, { name }]) => name);
      assert.deepEqual(differing.sort(), changed);
    });
  }
});
