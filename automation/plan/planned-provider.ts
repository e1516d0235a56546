import type * as pulumi from "@pulumi/pulumi";
import { READ_STATE } from "../../components/monitoring/deployed-recipients";
import { dnsSuffix, partitionOf } from "../../components/settings/partitions";

/** Stands for a value that the engine keeps secret. */
export const SECRET = "[secret]";

/** Where the plan pretends to deploy to. */
export interface PlannedPlace {
  readonly stack: string;
  readonly accountId: string;
  readonly region: string;
}

type Registered = pulumi.runtime.MockResourceArgs;

/** Plays AWS's part for a plan: answers what the program asks, and names things as AWS would. */
export class PlannedProvider implements pulumi.runtime.Mocks {
  public readonly registered: Registered[] = [];
  /** Questions it had no answer for: what depends on one is missing from the plan. */
  public readonly unanswered: string[] = [];
  private readonly partition: string;

  public constructor(private readonly place: PlannedPlace) {
    this.partition = partitionOf(place.region);
  }

  public newResource(args: Registered): pulumi.runtime.MockResourceResult {
    this.registered.push(args);
    return { id: this.idOf(args), state: { ...args.inputs, ...this.computed(args) } };
  }

  public call({ token, inputs }: pulumi.runtime.MockCallArgs): pulumi.runtime.MockCallResult {
    const { accountId, region } = this.place;
    switch (token) {
      case "aws:index/getCallerIdentity:getCallerIdentity":
        return { accountId };
      case "aws:index/getRegion:getRegion":
        return { region };
      case "aws:index/getPartition:getPartition":
        return { partition: this.partition };
      case "aws:s3/getBucket:getBucket":
        return { bucket: inputs.bucket, arn: this.arn("s3", inputs.bucket, { global: true }) };
      case READ_STATE:
        return { outputs: {} };
      default:
        this.unanswered.push(token);
        throw new Error(`the plan has no answer for ${token}`);
    }
  }

  private idOf({ type, name, inputs }: Registered): string {
    if (type === "aws:iam/accessKey:AccessKey") return `[id of ${name}]`;
    return String(inputs.name ?? inputs.bucket ?? `${name}-id`);
  }

  private computed({ type, name, inputs }: Registered): Record<string, unknown> {
    const physical = String(inputs.name ?? name);
    switch (type) {
      case "aws:s3/bucket:Bucket": {
        const bucket = String(inputs.bucket ?? `${name}-0000000`);
        return { bucket, arn: this.arn("s3", bucket, { global: true }) };
      }
      case "aws:kms/key:Key":
        return {
          keyId: "00000000-0000-0000-0000-000000000000",
          arn: this.arn("kms", "key/00000000-0000-0000-0000-000000000000"),
        };
      case "aws:iam/role:Role":
        return { arn: this.iamArn("role", inputs.path, physical) };
      case "aws:iam/user:User":
        return { arn: this.iamArn("user", inputs.path, physical) };
      case "aws:iam/group:Group":
        return { arn: this.iamArn("group", inputs.path, physical) };
      case "aws:iam/policy:Policy":
        return { arn: this.iamArn("policy", inputs.path, physical) };
      case "aws:iam/accessKey:AccessKey":
        return { secret: SECRET };
      case "aws:sqs/queue:Queue": {
        const { accountId, region } = this.place;
        return {
          arn: this.arn("sqs", physical),
          url: `https://sqs.${region}.${dnsSuffix(this.partition)}/${accountId}/${physical}`,
        };
      }
      case "aws:sns/topic:Topic":
        return { arn: this.arn("sns", physical) };
      case "aws:costexplorer/anomalyMonitor:AnomalyMonitor":
        return { arn: `arn:${this.partition}:ce::${this.place.accountId}:anomalymonitor/${name}` };
      case "aws:secretsmanager/secret:Secret":
        return { arn: this.arn("secretsmanager", `secret:${physical}-000000`) };
      default:
        return {};
    }
  }

  private iamArn(kind: string, path: unknown, name: string): string {
    return `arn:${this.partition}:iam::${this.place.accountId}:${kind}${path ?? "/"}${name}`;
  }

  private arn(service: string, resource: string, { global = false } = {}): string {
    const where = global ? ":" : `${this.place.region}:${this.place.accountId}`;
    return `arn:${this.partition}:${service}:${where}:${resource}`;
  }
}
