import * as pulumi from "@pulumi/pulumi";
import { braintrustExternalIds } from "../../components/access/braintrust-external-ids";
import type { Account } from "../../components/account";
import { namesOf } from "../../components/settings/names";
import type { Settings } from "../../components/settings/settings";
import { shareOwner } from "../../components/storage/share-names";
import { commandLine } from "../command-line";
import type { PipelineOutputs } from "../outputs";

/** A deployed stack, as its settings describe it and as its outputs name it. */
export interface Subject {
  readonly stack: string;
  readonly settings: Settings;
  readonly outputs: PipelineOutputs;
  readonly accountId: string;
  /** `aws`, `aws-us-gov` or `aws-cn`. */
  readonly partition: string;
  /** Who writes: Braintrust's role. */
  readonly writerArn: string;
  /** Who reads: Snowflake's role or user. */
  readonly readerArn: string;
  /** In the Ids and Sids of what the stack has on an existing bucket, which others use too. */
  readonly owner?: string | undefined;
  /** The key that the stack made, where it made one: an existing bucket's key is its owner's concern. */
  readonly ownKeyArn?: string | undefined;
  /** Bucket of the access logs, where the stack made one. */
  readonly logBucket?: string | undefined;
}

/** Names what the outputs leave to be derived. */
export function subjectOf(
  stack: string,
  settings: Settings,
  outputs: PipelineOutputs,
  logBucket?: string,
): Subject {
  const [, partition = "aws", , , accountId = ""] = outputs.braintrustRoleArn.split(":");
  return {
    stack,
    settings,
    outputs,
    accountId,
    partition,
    writerArn: outputs.braintrustRoleArn,
    readerArn:
      outputs.snowflakeRoleArn ??
      `arn:${partition}:iam::${accountId}:user/${(settings.iam.path ?? "/").slice(1)}${namesOf(settings).snowflakeUser}`,
    owner: settings.existingBucket === undefined ? undefined : shareOwner(accountId, settings.stack),
    ownKeyArn:
      (settings.existingKmsKeyArn ?? settings.kmsKeyArn) === undefined ? outputs.kmsKeyArn : undefined,
    logBucket,
  };
}

/** The name at the end of a role's or a user's ARN, its path left out. */
export function nameOfArn(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}

/** The account in the form in which the program's own policy functions take it. */
export function accountOf({ accountId, partition, outputs }: Subject): Account {
  return {
    accountId: pulumi.output(accountId),
    region: pulumi.output(outputs.bucketRegion),
    partition: pulumi.output(partition),
  };
}

/** External ids, or patterns of them, that Braintrust may present. */
export function writerExternalIds({ settings }: Subject): string[] {
  return braintrustExternalIds(settings.braintrust);
}

/** What brings a live resource back to what the stack asks for. */
export function repair({ stack }: Pick<Subject, "stack">): string {
  return `find out who changed it, then \`${commandLine("up", stack, " --refresh")}\` restores it`;
}
