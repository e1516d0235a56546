import { listOf, type Statement } from "../../automation/policy-document";
import { conditionsOf } from "../conditions";
import { documentsOf, isForEverybody } from "../documents";
import { type StackResource, type StackRule, UNKNOWN } from "../rule";
import { isBucket, isBucketPolicy, isOf } from "./buckets";

/** What a caller reaches over HTTP, what else may write its policy, and the actions that plain HTTP must not reach. */
interface Endpoint {
  readonly is: (resource: StackResource) => boolean;
  readonly isPolicy: (resource: StackResource) => boolean;
  /** The property of the policy that names the endpoint. */
  readonly of: string;
  readonly actions: readonly string[];
}

const endpoints: readonly Endpoint[] = [
  { is: isBucket, isPolicy: isBucketPolicy, of: "bucket", actions: ["s3:*"] },
  {
    is: ({ type }) => type === "aws:sns/topic:Topic",
    isPolicy: ({ type }) => type === "aws:sns/topicPolicy:TopicPolicy",
    of: "arn",
    // A topic's policy takes the actions on the topic alone, and of those only Publish carries messages.
    actions: ["sns:publish", "sns:*"],
  },
  {
    is: ({ type }) => type === "aws:sqs/queue:Queue",
    isPolicy: ({ type }) => type === "aws:sqs/queuePolicy:QueuePolicy",
    of: "queueUrl",
    actions: ["sqs:*"],
  },
];

/** Nothing is read, written or published without TLS. */
export const tlsOnly: StackRule = {
  name: "tls-only",
  description: "Buckets, topics and queues refuse plain HTTP.",
  fix: 'Deny every action to everybody, for the resource (and all objects of a bucket), where Bool aws:SecureTransport is "false", with no other condition; subscribe by https.',
  *checkStack(resources) {
    for (const endpoint of endpoints) {
      for (const resource of resources.filter(endpoint.is)) {
        const statements = statementsOn(resource, endpoint, resources);
        if (statements === undefined) continue;
        if (!refusesPlainHttp(statements, endpoint, isBucket(resource))) {
          yield { resource, problem: "its policy does not deny requests without TLS" };
        }
      }
    }
    for (const resource of resources) {
      if (
        resource.type === "aws:sns/topicSubscription:TopicSubscription" &&
        resource.properties.protocol === "http"
      ) {
        yield { resource, problem: "the subscription delivers by plain HTTP" };
      }
    }
  },
};

/** The statements on an endpoint; `undefined` while its policy is not known. */
function statementsOn(
  resource: StackResource,
  { isPolicy, of }: Endpoint,
  resources: readonly StackResource[],
): readonly Statement[] | undefined {
  const policies = resources.filter((other) => isPolicy(other) && isOf(other, of, resource));
  // The provider reads what a policy resource has written as a property of the endpoint too, one update late.
  const writers = policies.length > 0 ? policies : [resource];
  if (writers.some(({ properties }) => properties.policy === UNKNOWN)) return undefined;
  return writers.flatMap(documentsOf).flatMap(({ statements }) => statements ?? []);
}

function refusesPlainHttp(
  statements: readonly Statement[],
  { actions }: Endpoint,
  isOfBucket: boolean,
): boolean {
  const resources = statements
    .filter((statement) => isDenialOfPlainHttp(statement, actions))
    .flatMap(({ Resource: named }) => listOf(named));
  if (!isOfBucket) return resources.length > 0;
  const isAll = (name: string) => name === "*" || /^arn:[a-z-]+:s3:::\*$/.test(name);
  if (resources.some(isAll)) return true;
  return resources.some((name) => name.endsWith("/*")) && resources.some((name) => !name.includes("/"));
}

function isDenialOfPlainHttp(statement: Statement, actions: readonly string[]): boolean {
  const denied = listOf(statement.Action).map((action) => action.toLowerCase());
  const [condition, ...others] = conditionsOf(statement);
  return (
    statement.Effect === "Deny" &&
    statement.NotPrincipal === undefined &&
    isForEverybody(statement) &&
    denied.some((action) => action === "*" || actions.includes(action)) &&
    others.length === 0 &&
    condition?.key === "aws:securetransport" &&
    /^bool(ifexists)?$/.test(condition.operator) &&
    condition.values.every((value) => value === "false")
  );
}
