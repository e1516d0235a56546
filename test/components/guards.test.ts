import assert from "node:assert/strict";
import { deployProgram, type Registered } from "../support";

const connected = {
  braintrust: { accountId: "111122223333", orgId: "org-1" },
  streams: [{ name: "logs" }, { name: "spans" }],
  events: { mode: "sns" },
};

/** Components that a guard is made of, and whose policy or picture names it. */
const guards = [
  {
    off: { accessLogs: { enabled: false } },
    made: ["pipeline-bucket-access-logs"],
    changed: [],
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
];

describe("turning a guard off", () => {
  const resourcesOf = async (settings: object): Promise<Map<string, Registered>> => {
    const { deployed } = await deployProgram({ ...connected, ...settings }, { stack: "prod" });
    return new Map(
      deployed.resources
        .filter(({ type }) => type !== "pulumi:pulumi:Stack")
        .map((resource) => [`${resource.type} ${resource.name}`, resource]),
    );
  };

  for (const { off, made, changed } of guards) {
    it(`removes all of it and nothing else: ${Object.keys(off)}`, async () => {
      const [on, without] = [await resourcesOf({}), await resourcesOf(off)];
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
