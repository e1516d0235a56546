import type * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { knownInputs } from "../arguments";
import { dnsSuffix } from "../settings/partitions";

/** How the key is called. */
export interface EncryptionKeyArgs {
  /** Of the pipeline, for the key's description. */
  readonly suffix: string;
  /** Begins with `alias/`. */
  readonly aliasName: string;
  /** Whether Pulumi refuses to delete what holds data or an identity that others name. @default false */
  readonly protect?: boolean;
}

/** The key of the exports. Its policy comes with {@link EncryptionKeyPolicy}, once those it names exist. */
export class EncryptionKey extends pulumi.ComponentResource {
  /** The key. */
  public readonly keyArn: pulumi.Output<string>;
  /** Its id, by which aliases and policies name it. */
  public readonly keyId: pulumi.Output<string>;

  public constructor(name: string, args: EncryptionKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("braintrust-snowflake:index:EncryptionKey", name, knownInputs(args), opts);
    const key = new kms.Key(
      name,
      {
        description: `Braintrust exports of stack ${args.suffix}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
      },
      { parent: this, protect: args.protect },
    );
    new kms.Alias(`${name}-alias`, { name: args.aliasName, targetKeyId: key.keyId }, { parent: this });
    this.keyArn = key.arn;
    this.keyId = key.keyId;
    this.registerOutputs({ keyArn: this.keyArn });
  }
}

/** Use of a key through S3 in the stack's region alone. */
export function allowKey(
  sid: string,
  keyArn: pulumi.Input<string>,
  actions: readonly string[],
  { region, partition }: Account,
): iam.PolicyStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: [...actions],
    Resource: keyArn,
    Condition: { StringEquals: { "kms:ViaService": viaService("s3", region, partition) } },
  };
}

function viaService(
  service: string,
  region: pulumi.Input<string>,
  partition: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.all([region, partition]).apply(([name, kind]) => `${service}.${name}.${dnsSuffix(kind)}`);
}
