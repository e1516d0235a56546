/** Where a stack is, for the ARNs of what it has. */
export interface Place {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
  /** Path of the stack's roles, users, groups and policies. */
  readonly iamPath: string;
  /** Whether roles and users have a permissions boundary. */
  readonly boundary: boolean;
  /** Name of the trail's role. @default one of Pulumi's */
  readonly trailRole?: string | undefined;
}

/** IAM actions on what a resource is in AWS. */
export interface Grant {
  /** Without changing anything: what `preview --refresh` asks. */
  readonly read: readonly string[];
  /** What creating, changing and deleting also needs. */
  readonly write: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A statement of an IAM policy. */
export interface AllowStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Grant["condition"];
}

/** ARN of what is in the stack's region. */
export function regional({ partition, region, accountId }: Place, service: string, name: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${name}`;
}

/** ARN of what an account has in no region. */
export function global({ partition, accountId }: Place, service: string, name: string): string {
  return `arn:${partition}:${service}::${accountId}:${name}`;
}
