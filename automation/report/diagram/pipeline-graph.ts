import { namesOf } from "../../../components/settings/names";
import type { Settings } from "../../../components/settings/settings";
import type { PipelineOutputs } from "../../outputs";
import type { PlannedResource } from "../../plan/evaluation";
import type { Edge, Graph, Node } from "./graph";

/** What the diagram is drawn from. */
export interface Drawn {
  readonly settings: Settings;
  readonly outputs: PipelineOutputs;
  readonly resources: readonly PlannedResource[];
}

/** Most streams that have a box of their own. */
const MOST_STREAMS = 4;

/** The way of a file from Braintrust to its table, with this stack's names, and what watches over it. */
export function pipelineGraph(drawn: Drawn): Graph {
  const parts = [writing(drawn), reading(drawn), events(drawn), guards(drawn)];
  return { nodes: parts.flatMap(({ nodes }) => nodes), edges: parts.flatMap(({ edges }) => edges) };
}

/** The same in one sentence each, for who does not see it. */
export function graphInWords({ nodes, edges }: Graph): string {
  const nameOf = (id: string) => nodes.find((node) => node.id === id)?.title ?? id;
  return edges.map(({ from, to, label }) => `${nameOf(from)} to ${nameOf(to)}: ${label}`).join("; ");
}

function writing({ settings, outputs }: Drawn): Graph {
  const { accountId, orgId, principalArns } = settings.braintrust;
  const who = principalArns?.map(tail) ?? [
    accountId === undefined ? "account not known yet" : `account ${accountId}`,
    orgId === undefined ? "organization not known yet" : `organization ${orgId}`,
  ];
  const encryption = outputs.kmsKeyArn === undefined ? "SSE-S3" : "SSE-KMS";
  // Only the owner of an existing bucket knows how it encrypts what comes without a key.
  const isKnown = settings.existingBucket === undefined || outputs.kmsKeyArn !== undefined;
  return {
    nodes: [
      { id: "braintrust", title: "Braintrust", lines: who, owner: "braintrust" },
      { id: "writer", title: "Role that writes", lines: [tail(outputs.braintrustRoleArn)], owner: "stack" },
      {
        id: "bucket",
        title: settings.existingBucket === undefined ? "Export bucket" : "Existing bucket",
        lines: [outputs.bucketName, outputs.exportPrefix, ...(isKnown ? [encryption] : [])],
        owner: "stack",
        shape: "store",
      },
    ],
    edges: [
      { from: "braintrust", to: "writer", label: "assumes" },
      { from: "writer", to: "bucket", label: "writes" },
    ],
  };
}

function reading({ settings, outputs }: Drawn): Graph {
  const { snowflake, crossAccountReaders, replication } = settings;
  const byRole = snowflake.access === "role";
  const reader: Node = {
    id: "reader",
    title: byRole ? "Role that reads" : "User that reads",
    lines: [
      outputs.snowflakeRoleArn === undefined
        ? namesOf(settings).snowflakeUser
        : tail(outputs.snowflakeRoleArn),
    ],
    owner: "stack",
  };
  const others = crossAccountReaders.length;
  return {
    nodes: [
      reader,
      {
        id: "snowflake",
        title: "Snowflake",
        lines: [
          `${outputs.snowflake.database}.${outputs.snowflake.schema}`,
          ...streamLines(outputs.streams),
          ...(["queue", "none"].includes(outputs.eventsMode)
            ? [`loads every ${snowflake.taskMinutes} min`]
            : []),
        ],
        owner: "snowflake",
      },
      ...(others === 0
        ? []
        : [
            {
              id: "readers",
              title: others === 1 ? "Another reader" : `${others} other readers`,
              lines: others === 1 ? crossAccountReaders.map(({ arn }) => arn) : ["by the bucket’s policy"],
              owner: "snowflake" as const,
            },
          ]),
      ...(replication === undefined
        ? []
        : [{ id: "copy", title: "Replica", lines: [tail(replication.bucketArn)], owner: "guard" as const }]),
    ],
    edges: [
      { from: "bucket", to: "reader", label: "read by" },
      { from: "reader", to: "snowflake", label: byRole ? "assumed by" : "key of" },
      ...(others === 0 ? [] : [{ from: "bucket", to: "readers", label: "read by", isLast: true }]),
      ...(replication === undefined
        ? []
        : [{ from: "bucket", to: "copy", label: "replicated to", isAside: true, isLast: true }]),
    ],
  };
}

function streamLines(streams: PipelineOutputs["streams"]): string[] {
  const shown = streams.slice(0, MOST_STREAMS).map(({ table }) => table);
  const rest = streams.length - shown.length;
  return rest === 0 ? shown : [...shown, `and ${rest} more`];
}

function events({ settings, outputs }: Drawn): Graph {
  const created = { from: "bucket", label: "new file" };
  switch (outputs.eventsMode) {
    case "none":
      return { nodes: [], edges: [] };
    case "snowflake-queue": {
      const known = settings.streams.filter(({ channel }) => channel !== undefined).length;
      const lines = [`${known} of ${settings.streams.length} known`];
      return {
        nodes: [{ id: "queue", title: "Snowpipe’s queue", lines, owner: "snowflake" }],
        edges: [
          { ...created, to: "queue" },
          { from: "queue", to: "snowflake", label: "starts load" },
        ],
      };
    }
    default:
      return ownEvents(outputs);
  }
}

function ownEvents({
  notificationTopicArn: topic,
  notificationQueueArn: queue,
  deadLetterQueueArn: dead,
}: PipelineOutputs): Graph {
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  if (topic !== undefined) {
    nodes.push({ id: "topic", title: "Event topic", lines: [tail(topic)], owner: "stack" });
    edges.push({ from: "bucket", to: "topic", label: "new file" });
    edges.push({ from: "topic", to: "snowflake", label: "starts load" });
  }
  if (queue !== undefined) {
    nodes.push({ id: "queue", title: "Event queue", lines: [tail(queue)], owner: "stack" });
    edges.push({
      from: topic === undefined ? "bucket" : "topic",
      to: "queue",
      label: topic === undefined ? "new file" : "also to",
    });
  }
  if (dead !== undefined) {
    nodes.push({ id: "dead", title: "Dead-letter queue", lines: [tail(dead)], owner: "stack" });
    edges.push({ from: "queue", to: "dead", label: "failed", isAside: true, isDownward: true });
  }
  return { nodes, edges };
}

function guards({ settings, outputs, resources }: Drawn): Graph {
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const trail = settings.auditTrail.existing ?? (outputs.auditTrailArn && tail(outputs.auditTrailArn));
  if (trail !== undefined) {
    nodes.push({ id: "trail", title: "Audit trail", lines: [tail(trail)], owner: "guard" });
    edges.push({ from: "bucket", to: "trail", label: "recorded by", isAside: true, isLast: true });
  }
  const alarms = resources.filter(({ type }) => /:(Metric|Composite)Alarm$/.test(type)).length;
  const topic = outputs.alertsTopicArn;
  if (alarms > 0 && topic !== undefined) {
    nodes.push({
      id: "alarms",
      title: alarms === 1 ? "1 alarm" : `${alarms} alarms`,
      lines: [tail(topic)],
      owner: "guard",
    });
    edges.push({
      from: trail === undefined ? "bucket" : "trail",
      to: "alarms",
      label: "watched by",
      isAside: true,
      isLast: trail === undefined,
    });
  }
  return { nodes, edges };
}

/** The name at the end of an ARN. */
function tail(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf(":"), arn.lastIndexOf("/")) + 1);
}
