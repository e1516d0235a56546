import { type Load, loaded, type StoredFile } from "./loads";
import { Refusal } from "./script";

/** What Snowflake meets in AWS. */
export interface Aws {
  /** Whether the role's trust policy lets this user assume it with this external id. */
  readonly assumes: (roleArn: string, userArn: string, externalId: string) => boolean | Promise<boolean>;
  /** Whether the topic's policy lets this user subscribe to it. */
  readonly subscribes: (topicArn: string, userArn: string) => boolean;
  readonly knowsKey: (accessKeyId: string, secretAccessKey: string) => boolean;
  /** Objects below a URL, as the role or the key that was used last lists them. @default none */
  readonly files?: (url: string) => Promise<readonly StoredFile[]>;
  /** URLs of objects that events have named, on the queue or the topic, since this was asked last. @default none */
  readonly announced?: (channel: string) => Promise<readonly string[]>;
}

/** An object of the account. */
export interface Thing {
  readonly kind: string;
  /** Quoted, from the database down. */
  readonly name: string;
  readonly parts: readonly string[];
  readonly owner: string;
  /** What follows the name in its CREATE. */
  readonly definition: string;
  readonly properties: Map<string, string>;
}

/** An object of a bucket, as a list in Snowflake has it: names of columns as Snowflake stores them. */
export type Entry = Readonly<Record<string, string | number | boolean | null>>;

/** Properties of a pipe or a task: where its COPY reads, and what it fills. */
export const LOADS_FROM = "(stage)";
export const LOADS_INTO = "(table)";

/** Role -> those it inherits. */
const SYSTEM_ROLES: Readonly<Record<string, readonly string[]>> = {
  ACCOUNTADMIN: ["SYSADMIN", "SECURITYADMIN"],
  SECURITYADMIN: ["USERADMIN"],
};

/** docs.snowflake.com/en/user-guide/security-access-control-overview (system-defined roles), .../security-access-control-privileges */
const SYSTEM_GRANTS = [
  "CREATE WAREHOUSE/ACCOUNT/SYSADMIN",
  "CREATE DATABASE/ACCOUNT/SYSADMIN",
  "CREATE ROLE/ACCOUNT/USERADMIN",
  "MANAGE GRANTS/ACCOUNT/SECURITYADMIN",
  "CREATE INTEGRATION/ACCOUNT/ACCOUNTADMIN",
  "EXECUTE TASK/ACCOUNT/ACCOUNTADMIN",
  "EXECUTE MANAGED TASK/ACCOUNT/ACCOUNTADMIN",
];

/** A Snowflake account: its objects, who owns them, who may use them. It knows statements of Snowflake and no one's program. */
export class SnowflakeAccount {
  /** Integrations and topics have users of their own: docs.snowflake.com/en/user-guide/data-load-snowpipe-auto-s3 */
  public readonly topicUser = "arn:aws:iam::444455556666:user/k7xq-s-sns00042";
  /** Roles of the user that connects. */
  public userRoles: readonly string[] = ["ACCOUNTADMIN"];
  /** Account parameter: docs.snowflake.com/en/sql-reference/parameters#quoted-identifiers-ignore-case */
  public ignoresCase = false;
  /** Snowflake's pages have statuses of loads in either case: .../functions/copy_history, .../account-usage/load_history */
  public writesStatusesInCapitals = false;
  /** Why pipes load nothing, as SHOW PIPES has it. */
  public invalidReason: string | null = null;
  /** How often AWS still refuses a role whose trust policy is new. */
  public distrust = 0;
  /** Every statement that reached the account, in order. */
  public readonly statements: string[] = [];
  /** Names of the tasks that ran. */
  public readonly taskRuns: string[] = [];
  /** When a pipe last received an event, by its name, in milliseconds since 1970. */
  public readonly received = new Map<string, number>();
  /** Ids of the access keys that read the bucket, in order. */
  public readonly usedKeys: string[] = [];
  /** Rows of tables that no COPY fills, by the table's name. */
  public readonly rows = new Map<string, readonly Entry[]>();
  private readonly objects = new Map<string, Thing>();
  /** Files by their URLs, by table. */
  private readonly loads = new Map<string, Map<string, Load>>();
  private readonly grants = new Set(SYSTEM_GRANTS);
  /** Rights on the account that a role may grant further. */
  private readonly grantable = new Set<string>();
  private readonly parents = new Map<string, Set<string>>(
    Object.entries(SYSTEM_ROLES).map(([role, below]) => [role, new Set(below)]),
  );

  /**
   * @param storageUser that assumes the roles of integrations.
   * @param queueArn that the pipes of the account share.
   */
  public constructor(
    public readonly aws: Aws,
    public readonly storageUser = "arn:aws:iam::444455556666:user/k7xq-s-v2st9981",
    public readonly queueArn = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDAK7XQ-b_9",
  ) {}

  public find(kind: string, name: string): Thing | undefined {
    return this.objects.get(`${kind} ${name}`);
  }

  public everything(): Thing[] {
    return [...this.objects.values()];
  }

  public all(kind: string): Thing[] {
    return this.everything().filter((thing) => thing.kind === kind);
  }

  public put(thing: Thing): void {
    this.objects.set(`${thing.kind} ${thing.name}`, thing);
  }

  public drop({ kind, name }: Thing): void {
    this.objects.delete(`${kind} ${name}`);
  }

  public grant(privilege: string, on: string, role: string): void {
    this.grants.add(`${privilege}/${on}/${role}`);
  }

  /** GRANT ... ON ACCOUNT ... WITH GRANT OPTION */
  public grantOption(privilege: string, role: string): void {
    this.grantable.add(`${privilege}/${role}`);
  }

  /**
   * MANAGE GRANTS is of objects: rights of the account "must be granted by the ACCOUNTADMIN role", or by one that has them WITH
   * GRANT OPTION. docs.snowflake.com/en/user-guide/security-access-control-privileges (global privileges), .../sql/grant-privilege
   */
  public mayGrant(role: string, privilege: string): boolean {
    return [...this.inherited(role)].some(
      (one) => one === "ACCOUNTADMIN" || this.grantable.has(`${privilege}/${one}`),
    );
  }

  public revoke(privilege: string, on: string, role: string): void {
    this.grants.delete(`${privilege}/${on}/${role}`);
  }

  /** GRANT ROLE: what `role` may, `parent` may. */
  public grantRole(role: string, parent: string): void {
    this.parents.set(parent, (this.parents.get(parent) ?? new Set()).add(role));
  }

  public hasRole(role: string): boolean {
    return this.inherited("ACCOUNTADMIN").has(role) || this.find("ROLE", `"${role}"`) !== undefined;
  }

  /** A role and all that it inherits. */
  public inherited(role: string): Set<string> {
    const found = new Set([role, "PUBLIC"]);
    for (const one of found) for (const below of this.parents.get(one) ?? []) found.add(below);
    return found;
  }

  public may(role: string, privilege: string, on: string): boolean {
    return [...this.inherited(role)].some((one) => this.grants.has(`${privilege}/${on}/${one}`));
  }

  public owns(role: string, { owner }: Thing): boolean {
    return this.inherited(role).has(owner);
  }

  /** Whether a role sees an object at all: it owns it, or has any right on it. */
  public sees(role: string, thing: Thing): boolean {
    const roles = this.inherited(role);
    const on = `/${thing.kind} ${thing.name}/`;
    return (
      this.owns(role, thing) ||
      [...this.grants].some((grant) => grant.includes(on) && roles.has(grant.split(on)[1] ?? ""))
    );
  }

  /**
   * Lists a stage's files, by its integration's role or its own key.
   * docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration (errors of sts:AssumeRole)
   */
  public async readBucket(stage: Thing): Promise<readonly StoredFile[]> {
    const url = stage.properties.get("URL") ?? "";
    const integration = this.find("INTEGRATION", stage.properties.get("STORAGE_INTEGRATION") ?? "");
    if (integration === undefined) this.readByKey(stage);
    else await this.become(integration, url);
    return (await this.aws.files?.(url)) ?? [];
  }

  /** Assumes an integration's role, to read below a URL. */
  public async become(integration: Thing, url: string): Promise<void> {
    const property = (name: string) => integration.properties.get(name) ?? "";
    if (
      !property("STORAGE_ALLOWED_LOCATIONS")
        .split(",")
        .some((location) => url.startsWith(location))
    ) {
      throw new Refusal(
        "001067",
        "42000",
        `SQL compilation error:\nLocation '${url}' is not allowed by integration ${integration.name}.`,
      );
    }
    const role = property("STORAGE_AWS_ROLE_ARN");
    const isTrusted = await this.aws.assumes(role, this.storageUser, property("STORAGE_AWS_EXTERNAL_ID"));
    if (isTrusted && this.distrust === 0) return;
    this.distrust = Math.max(0, this.distrust - 1);
    throw new Refusal(
      "003167",
      "42601",
      `Error assuming AWS_ROLE:\nUser: ${this.storageUser} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    );
  }

  /** Has a table load what it has not loaded yet, of all that lies in a stage or of these URLs alone. Answers with the loads, by URL. */
  public async copy(
    table: string,
    stage: Thing,
    urls?: readonly string[],
  ): Promise<ReadonlyMap<string, Load>> {
    const copied = new Map<string, Load>();
    const known = this.loads.get(table) ?? new Map<string, Load>();
    this.loads.set(table, known);
    for (const file of await this.readBucket(stage)) {
      if (known.get(file.url)?.status === "Loaded" || urls?.includes(file.url) === false) continue;
      copied.set(file.url, await loaded(file, stage.properties.get("URL") ?? ""));
    }
    for (const [url, load] of copied) known.set(url, load);
    return copied;
  }

  public loadsOf(table: string): readonly Load[] {
    return [...(this.loads.get(table)?.values() ?? [])];
  }

  public statusOf({ status }: Load): string {
    return this.writesStatusesInCapitals ? status.toUpperCase() : status;
  }

  /** Pipes that ingest by themselves load what events name: docs.snowflake.com/en/user-guide/data-load-snowpipe-auto-s3 */
  public async receiveEvents(): Promise<void> {
    const pipes = this.all("PIPE");
    for (const channel of new Set(pipes.map((pipe) => this.channelOf(pipe)))) {
      const urls = (await this.aws.announced?.(channel)) ?? [];
      for (const pipe of pipes) {
        const stage = this.find("STAGE", pipe.properties.get(LOADS_FROM) ?? "");
        const mine = urls.filter((url) => url.startsWith(stage?.properties.get("URL") ?? " "));
        if (stage === undefined || this.channelOf(pipe) !== channel || mine.length === 0) continue;
        this.received.set(pipe.name, Date.now());
        await this.copy(pipe.properties.get(LOADS_INTO) ?? "", stage, mine);
      }
    }
  }

  public channelOf({ properties }: Thing): string {
    return properties.get("AWS_SNS_TOPIC") ?? this.queueArn;
  }

  private readByKey(stage: Thing): void {
    const [, id = "", secret = ""] =
      /AWS_KEY_ID = '([^']*)'\s+AWS_SECRET_KEY = '([^']*)'/.exec(stage.properties.get("CREDENTIALS") ?? "") ??
      [];
    if (!this.aws.knowsKey(id, secret)) {
      throw new Refusal(
        "003524",
        "22000",
        "Failure using stage area. Cause: [The AWS Access Key Id you provided is not valid.]",
      );
    }
    this.usedKeys.push(id);
  }
}
