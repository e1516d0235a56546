import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { World } from "./fake-provider/world";

type Parameters = Readonly<Record<string, string | undefined>>;

/** What the fake account answers to AWS's own protocols, by action. */
const answers: Readonly<Record<string, (world: World, asked: Parameters) => unknown>> = {
  GetCallerIdentity: () =>
    xml(
      "GetCallerIdentity",
      "<Arn>arn:aws:iam::123456789012:user/deployer</Arn><Account>123456789012</Account>",
    ),
  ListKeys: (world) => ({ Keys: thingsOf(world, "kms/key:Key").map(({ id }) => ({ KeyId: id })) }),
  DescribeKey: (world, { KeyId }) => {
    const key = thingsOf(world, "kms/key:Key").find(({ id }) => id === KeyId);
    return { KeyMetadata: { KeyId, Description: key?.inputs.description } };
  },
  DescribeSecret: (world, { SecretId }) => {
    const secret = thingsOf(world, "secretsmanager/secret:Secret").find(
      ({ computed }) => computed.name === SecretId,
    );
    return secret === undefined ? undefined : { ARN: secret.id, Name: SecretId };
  },
  GetQueueUrl: (world, { QueueName }) => {
    const queue = thingsOf(world, "sqs/queue:Queue").find(({ computed }) => computed.name === QueueName);
    return queue === undefined ? undefined : { QueueUrl: queue.id };
  },
  GetAnomalyMonitors: (world) => ({
    AnomalyMonitors: thingsOf(world, "costexplorer/anomalyMonitor:AnomalyMonitor").map(({ id, inputs }) => ({
      MonitorArn: id,
      MonitorName: inputs.name,
    })),
  }),
  GetAnomalySubscriptions: (world) => ({
    AnomalySubscriptions: thingsOf(world, "costexplorer/anomalySubscription:AnomalySubscription").map(
      ({ id, inputs }) => ({ SubscriptionArn: id, SubscriptionName: inputs.name }),
    ),
  }),
  ListAccessKeys: (world, { UserName }) => {
    const keys = thingsOf(world, "iam/accessKey:AccessKey").filter(({ inputs }) => inputs.user === UserName);
    const members = keys.map(({ id }) => `<member><AccessKeyId>${id}</AccessKeyId></member>`).join("");
    return xml("ListAccessKeys", `<AccessKeyMetadata>${members}</AccessKeyMetadata>`);
  },
  GetAccessKeyLastUsed: () =>
    xml("GetAccessKeyLastUsed", "<AccessKeyLastUsed><ServiceName>N/A</ServiceName></AccessKeyLastUsed>"),
  DeleteAccessKey: (world, { AccessKeyId = "" }) => {
    world.remove({ type: "aws:iam/accessKey:AccessKey", id: AccessKeyId });
    return xml("DeleteAccessKey", "");
  },
};

/** What S3 lists of a bucket. docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function listing(objects: readonly ListedObject[], prefix: string): string {
  const contents = objects
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key, size, modified = Date.now() }) => {
      const time = new Date(modified).toISOString();
      return `<Contents><Key>${key}</Key><Size>${size}</Size><LastModified>${time}</LastModified></Contents>`;
    });
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`;
}

/** An object of the fake account's buckets. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Milliseconds since 1970. @default now */
  readonly modified?: number;
}

/** The fake account's own answers to those who ask AWS without an engine. */
export class FakeAwsEndpoint {
  private constructor(private readonly server: http.Server) {}

  /** @param objects what each bucket holds. */
  public static async start(
    world: () => World,
    objects: () => readonly ListedObject[] = () => [],
  ): Promise<FakeAwsEndpoint> {
    const server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const { searchParams } = new URL(request.url ?? "/", "http://aws");
        if (searchParams.has("list-type")) {
          response.end(listing(objects(), searchParams.get("prefix") ?? ""));
          return;
        }
        const target =
          String(request.headers["x-amz-target"] ?? "")
            .split(".")
            .at(-1) ?? "";
        const asked: Parameters = target ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
        const answer = answers[target || (asked.Action ?? "")]?.(world(), asked);
        if (answer === undefined) response.writeHead(400).end(JSON.stringify({ __type: absent(target) }));
        else response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FakeAwsEndpoint(server);
  }

  /** Has whoever runs with these variables ask here. */
  public get environment(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "AKIATEST",
      AWS_SECRET_ACCESS_KEY: "test",
    };
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function absent(action: string): string {
  return action === "GetQueueUrl" ? "com.amazonaws.sqs#QueueDoesNotExist" : "ResourceNotFoundException";
}

function thingsOf(world: World, type: string) {
  return world.things().filter((thing) => thing.type === `aws:${type}`);
}

function xml(action: string, content: string): string {
  return `<${action}Response><${action}Result>${content}</${action}Result></${action}Response>`;
}
