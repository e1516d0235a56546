import assert from "node:assert/strict";
import type { Change } from "../../automation/engine/changes";
import type { Thing } from "../engine/fake-provider/world";
import type { TestProject } from "../engine/harness";

/** What another `up` cannot bring back: data, and identities that others name. */
const statefulTypes: readonly string[] = [
  "aws:s3/bucket:Bucket",
  "aws:kms/key:Key",
  "aws:iam/role:Role",
  "aws:iam/user:User",
  "aws:secretsmanager/secret:Secret",
  "aws:sqs/queue:Queue",
  "aws:sns/topic:Topic",
];

/** What a stack has in its account that no update may delete or replace. */
export class StatefulResources {
  private constructor(
    private readonly project: TestProject,
    private readonly held: readonly Thing[],
  ) {}

  /**
   * Of the account as it is now.
   *
   * @param leaving names of those that a change of settings takes away.
   */
  public static of(project: TestProject, leaving: readonly string[] = []): StatefulResources {
    const stateful = project.world.things().filter(({ type }) => statefulTypes.includes(type));
    const held = stateful.filter(({ name }) => !leaving.includes(name));
    assert.ok(held.length > 0, "the account has none");
    return new StatefulResources(project, held);
  }

  /** Changes delete or replace none of them. */
  public assertUntouched(changes: readonly Pick<Change, "operation" | "type" | "name">[]): void {
    const harmful = changes.filter(
      ({ operation, type, name }) =>
        !["create", "update", "refresh"].includes(operation) &&
        this.held.some((one) => one.name === name && one.type === type),
    );
    assert.deepEqual(
      harmful.map(({ operation, name }) => `${operation} ${name}`),
      [],
    );
  }

  /** They exist, nothing has deleted or created them meanwhile, and alerts go to exactly the addresses of the settings. */
  public async assertKept(): Promise<void> {
    const { world } = this.project;
    const there = world.things().map(({ type, id }) => `${type} ${id}`);
    const gone = this.held.filter(({ type, id }) => !there.includes(`${type} ${id}`));
    assert.deepEqual(
      gone.map(({ id }) => id),
      [],
    );
    const touched = world.calls().filter(({ operation, name, type }) => {
      const ours = this.held.some((one) => one.name === name && one.type === type);
      return ours && ["create", "delete"].includes(operation);
    });
    assert.deepEqual(touched, []);
    assert.deepEqual(this.recipients(), await this.wantedRecipients());
    await this.assertNothingElseProtected();
  }

  /** Everything else can be deleted by the next change of settings, whatever an earlier version protected. */
  private async assertNothingElseProtected(): Promise<void> {
    const { resources = [] } = (await this.project.state()) ?? {};
    const others = resources.filter(({ protect, type }) => protect && !statefulTypes.includes(type));
    assert.deepEqual(
      others.map(({ urn }) => urn),
      [],
    );
  }

  private recipients(): string[] {
    return this.project.world
      .things()
      .filter(({ type, inputs }) => type.endsWith(":TopicSubscription") && inputs.protocol === "email")
      .map(({ inputs }) => String(inputs.endpoint))
      .sort();
  }

  private async wantedRecipients(): Promise<string[]> {
    const { config } = await this.project.stackFile();
    const { enabled = true, alertEmails = [] } = (config["braintrust-snowflake:monitoring"] ?? {}) as {
      enabled?: boolean;
      alertEmails?: string[];
    };
    return enabled ? [...alertEmails].sort() : [];
  }
}
