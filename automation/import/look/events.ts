import type { CloudTrail, Trail } from "@aws-sdk/client-cloudtrail";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import { deadLetterName } from "../../../components/physical-names";
import { awsCall } from "../../aws/aws-call";
import { orAbsent } from "../../aws/aws-errors";
import type { CallerAccount } from "../../deploy/recovery/pending-operations";
import type { FoundQueue, FoundTopic, FoundTrail } from "../found";
import { tagsOf } from "./identities";

const NO_QUEUE = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/** The queue of this name, and the one that the program would create behind it. */
export async function findQueue(sqs: SQS, name: string): Promise<FoundQueue | undefined> {
  const url = await queueUrl(sqs, name);
  if (url === undefined) return undefined;
  const { Attributes = {} } = await awsCall("sqs:GetQueueAttributes", () =>
    sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["All"] }),
  );
  const { Tags = {} } = await awsCall("sqs:ListQueueTags", () => sqs.listQueueTags({ QueueUrl: url }));
  return {
    name,
    url,
    arn: Attributes.QueueArn ?? "",
    policy: Attributes.Policy || undefined,
    tags: tagsOf(Object.entries(Tags).map(([Key, Value]) => ({ Key, Value }))),
    deadLetterArn: deadLetterOf(Attributes.RedrivePolicy),
    ownDeadLetterUrl: await queueUrl(sqs, deadLetterName(name)),
  };
}

async function queueUrl(sqs: SQS, QueueName: string): Promise<string | undefined> {
  const answer = await awsCall("sqs:GetQueueUrl", () =>
    orAbsent(sqs.getQueueUrl({ QueueName }), ...NO_QUEUE),
  );
  return answer?.QueueUrl;
}

function deadLetterOf(redrivePolicy: string | undefined): string | undefined {
  if (!redrivePolicy) return undefined;
  const { deadLetterTargetArn } = JSON.parse(redrivePolicy) as { deadLetterTargetArn?: string };
  return deadLetterTargetArn;
}

/** The topic of this name. */
export async function findTopic(
  sns: SNS,
  { partition, region, accountId }: CallerAccount,
  name: string,
): Promise<FoundTopic | undefined> {
  const arn = `arn:${partition}:sns:${region}:${accountId}:${name}`;
  const answer = await awsCall("sns:GetTopicAttributes", () =>
    orAbsent(sns.getTopicAttributes({ TopicArn: arn }), "NotFoundException", "NotFound"),
  );
  if (answer === undefined) return undefined;
  const { Tags } = await awsCall("sns:ListTagsForResource", () =>
    sns.listTagsForResource({ ResourceArn: arn }),
  );
  return { name, arn, policy: answer.Attributes?.Policy ?? "", tags: tagsOf(Tags) };
}

/** The trail of this name, and what it records in addition to the objects of a bucket. */
export async function findTrail(
  cloudTrail: CloudTrail,
  name: string,
  bucketArn: string,
): Promise<FoundTrail | undefined> {
  const { trailList = [] } = await awsCall("cloudtrail:DescribeTrails", () =>
    cloudTrail.describeTrails({ trailNameList: [name] }),
  );
  const trail: Trail | undefined = trailList.find(({ Name }) => Name === name);
  if (trail === undefined) return undefined;
  const TrailName = trail.TrailARN ?? name;
  const selectors = await awsCall("cloudtrail:GetEventSelectors", () =>
    cloudTrail.getEventSelectors({ TrailName }),
  );
  const recorded = [
    ...(selectors.EventSelectors ?? []).flatMap(({ DataResources = [] }) =>
      DataResources.flatMap(({ Values = [] }) => Values),
    ),
    ...(selectors.AdvancedEventSelectors ?? []).flatMap(({ Name, FieldSelectors = [] }) => {
      const of = (field: string) => FieldSelectors.find(({ Field }) => Field === field);
      if (!of("eventCategory")?.Equals?.includes("Data")) return [];
      const { StartsWith = [], Equals = [] } = of("resources.ARN") ?? {};
      const arns = [...StartsWith, ...Equals];
      return arns.length > 0 ? arns : [Name ?? "data events of every resource"];
    }),
  ];
  const group = /:log-group:([^:]+)/.exec(trail.CloudWatchLogsLogGroupArn ?? "")?.[1];
  const { ResourceTagList = [] } = await awsCall("cloudtrail:ListTags", () =>
    cloudTrail.listTags({ ResourceIdList: [TrailName] }),
  );
  return {
    name,
    arn: TrailName,
    homeRegion: trail.HomeRegion ?? "",
    organization: trail.IsOrganizationTrail ?? false,
    otherDataEvents: recorded.filter((arn) => arn !== bucketArn && !arn.startsWith(`${bucketArn}/`)),
    bucket: trail.S3BucketName ?? "",
    logGroup: group,
    tags: tagsOf(ResourceTagList[0]?.TagsList),
  };
}
