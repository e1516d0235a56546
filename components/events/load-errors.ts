import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { type Trust, trustPolicy } from "../access/trust-policy";
import type { Account } from "../account";
import { type IamArgs, knownInputs } from "../arguments";
import type { PhysicalNames } from "../physical-names";
import { type EventQueue, subscribedQueue } from "./event-queue";
import { EventTopic } from "./event-topic";

/** Who of Snowflake reports load errors. */
export interface LoadErrorsArgs {
  readonly names: Pick<PhysicalNames, "errorTopic" | "errorQueue" | "errorRole">;
  /** Whether Pulumi refuses to delete what holds data or an identity that others name. @default false */
  readonly protect?: boolean;
  readonly account: Account;
  /** Path and permissions boundary of what IAM has of it. @default neither */
  readonly iam?: IamArgs | undefined;
  /** Whom the role trusts. @default nobody may assume the role */
  readonly trust?: Trust | undefined;
}

/**
 * Where Snowpipe reports files that it could not load: a topic, the role that publishes to it and a queue that keeps
 * the reports. docs.snowflake.com/en/user-guide/data-load-snowpipe-errors-sns
 */
export class LoadErrors extends pulumi.ComponentResource {
  /** Topic that Snowflake reports to. */
  public readonly topicArn: pulumi.Output<string>;
  /** Role by which it does so. */
  public readonly roleArn: pulumi.Output<string>;
  /** Queue that keeps the reports. */
  public readonly queue: EventQueue;

  public constructor(name: string, args: LoadErrorsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:LoadErrors", name, knownInputs(args), opts);
    const { names } = args;
    const { topicArn } = new EventTopic(
      `${name}-topic`,
      { topicName: names.errorTopic, account: args.account, protect: args.protect },
      { parent: this },
    );
    const queueArgs = { queueName: names.errorQueue, account: args.account, topicArn };
    this.queue = subscribedQueue(name, queueArgs, this);
    const role = new iam.Role(
      `${name}-role`,
      {
        name: names.errorRole,
        path: args.iam?.path,
        permissionsBoundary: args.iam?.permissionsBoundaryArn,
        description: "Assumed by Snowflake's notification integration to report load errors",
        assumeRolePolicy: pulumi.jsonStringify(trustPolicy(args.trust)),
      },
      { parent: this, protect: args.protect },
    );
    new iam.RolePolicy(
      `${name}-publish`,
      {
        role: role.name,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [{ Sid: "PublishErrors", Effect: "Allow", Action: "sns:Publish", Resource: topicArn }],
        }),
      },
      { parent: this },
    );
    this.topicArn = topicArn;
    this.roleArn = role.arn;
    this.registerOutputs({ topicArn: this.topicArn, roleArn: this.roleArn });
  }
}
