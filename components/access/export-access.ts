import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import type { IamArgs } from "../arguments";

/** What whoever writes, reads or replicates exports has access to, and how its identity is kept. */
export interface ExportAccessArgs {
  /** Key prefix of the exports: the rest of the bucket is out of reach. */
  readonly exportPrefix: string;
  readonly bucketArn: pulumi.Input<string>;
  /** Key that exports are encrypted with. @default SSE-S3, which needs no grant */
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  readonly account: Account;
  /** Path and permissions boundary of what IAM has of it. @default neither */
  readonly iam?: IamArgs | undefined;
  /** Whether Pulumi refuses to delete what holds data or an identity that others name. @default false */
  readonly protect?: boolean;
}
