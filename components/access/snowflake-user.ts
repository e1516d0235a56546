import * as iam from "@pulumi/aws/iam";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import { type AccessKeyArgs, type IamArgs, knownInputs } from "../arguments";

/** A user for Snowflake's stage credentials. */
export interface SnowflakeUserArgs {
  /** Of the pipeline, for the secret's description. */
  readonly suffix: string;
  readonly userName: string;
  readonly groupName: string;
  /** Path and permissions boundary of what IAM has of it. @default neither */
  readonly iam?: IamArgs | undefined;
  /** Whether destroying the stack deletes the secret at once, and not after 30 days. */
  readonly forceDestroy: boolean;
  /** Whether Pulumi refuses to delete what holds data or an identity that others name. @default false */
  readonly protect?: boolean;
  /** Generations of access keys, oldest first; the last one is in use. */
  readonly accessKeys: readonly AccessKeyArgs[];
  readonly policyArn: pulumi.Input<string>;
}

/**
 * The user, its group (policies belong on groups: Security Hub IAM.2) and its access keys. Each generation of a key is
 * a resource of its own, so that a new one can be handed over before the old one goes.
 */
export class SnowflakeUser extends pulumi.ComponentResource {
  /** The user that reads. */
  public readonly userArn: pulumi.Output<string>;
  /** Of the key in use. */
  public readonly accessKeyId: pulumi.Output<string>;
  /** Of the key in use; a secret. */
  public readonly secretAccessKey: pulumi.Output<string>;
  /** Where Secrets Manager keeps the key in use, as JSON `{"accessKeyId", "secretAccessKey"}`. */
  public readonly secretArn: pulumi.Output<string>;

  public constructor(name: string, args: SnowflakeUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:SnowflakeUser", name, knownInputs(args), opts);
    const { path, permissionsBoundaryArn } = args.iam ?? {};
    const user = new iam.User(
      name,
      { name: args.userName, path, permissionsBoundary: permissionsBoundaryArn },
      { parent: this, protect: args.protect },
    );
    const group = new iam.Group(`${name}-group`, { name: args.groupName, path }, { parent: this });
    new iam.GroupPolicyAttachment(
      `${name}-attachment`,
      { group: group.name, policyArn: args.policyArn },
      { parent: this },
    );
    new iam.UserGroupMembership(
      `${name}-membership`,
      { user: user.name, groups: [group.name] },
      { parent: this },
    );
    const keys = args.accessKeys.map(
      (key) =>
        new iam.AccessKey(
          `${name}-key-${key.name}`,
          { user: user.name, status: key.status },
          { parent: this },
        ),
    );
    const current = keys.at(-1);
    if (current === undefined) {
      throw new pulumi.ResourceError(`"${name}" needs at least one access key, got none`, this, true);
    }
    const secret = new secretsmanager.Secret(
      `${name}-secret`,
      {
        description: `Access key of Snowflake's user for the Braintrust exports of stack ${args.suffix}`,
        recoveryWindowInDays: args.forceDestroy ? 0 : 30,
      },
      { parent: this, protect: args.protect },
    );
    new secretsmanager.SecretVersion(
      `${name}-secret-version`,
      {
        secretId: secret.id,
        secretString: pulumi.secret(
          pulumi.jsonStringify({ accessKeyId: current.id, secretAccessKey: current.secret }),
        ),
      },
      { parent: this },
    );
    this.userArn = user.arn;
    this.accessKeyId = current.id;
    this.secretAccessKey = pulumi.secret(current.secret);
    this.secretArn = secret.arn;
    this.registerOutputs({ userArn: this.userArn });
  }
}
