import assert from "node:assert/strict";
import { PipelineError, preview, up } from "../../automation";
import { type KeyService, keyIdIn, type LiveKey } from "../../automation/keys/access-keys";
import { type RotateKeysOptions, rotateKeys } from "../../automation/keys/rotate-keys";
import { filledIn, TestProject } from "./harness";

const settings = { braintrust: filledIn.braintrust, snowflake: { access: "user" } };
const KEY = "aws:iam/accessKey:AccessKey";
const SECRET_VERSION = "pipeline-snowflake-user-secret-version";
const newGeneration = /^key-\d{8}$/;

describe("a rotation of Snowflake's access key", () => {
  let project: TestProject;
  let aws: FakeKeys;

  before(async () => {
    project = await TestProject.create("dev", settings);
    await up({ ...project.options, create: true });
    aws = new FakeKeys(project);
  });
  after(() => project.remove());

  const rotate = (options: Partial<RotateKeysOptions> = {}) =>
    rotateKeys({ ...project.options, keys: aws, ...options });

  it("leaves everything as it was where the update is declined", async () => {
    const asked: number[] = [];
    const agree = async (changes: readonly unknown[]) => {
      asked.push(changes.length);
      return false;
    };
    assert.deepEqual(await rotate({ agree }), { kind: "declined" });
    assert.equal(asked.length, 1);
    assert.deepEqual((await project.stackFile()).config["braintrust-snowflake:snowflake"], {
      ...settings.snowflake,
      accessKeys: [{ name: "first", status: "Active" }],
    });
    assert.deepEqual(await preview(project.options), []);
  });

  it("resumes after an update that broke off between the new key and the secret", async () => {
    const [first] = aws.things();
    aws.use(first?.id, 300);
    // SecretVersion is replaced: its content cannot be changed.
    project.world.setFaults({ operation: "create", name: SECRET_VERSION, error: "throttled" });
    await assert.rejects(
      rotate(),
      (error) => error instanceof PipelineError && /throttled/.test(error.message),
    );
    assert.equal(aws.things().length, 2);
    project.world.setFaults();

    const waits: string[] = [];
    const result = await rotate({ onWait: (_wait, secretArn) => waits.push(secretArn) });
    assert.ok(result.kind === "waiting");
    assert.equal(result.handedOver, false);
    assert.equal(result.oldKey.id, first?.id);
    assert.match(waits.join(), /^arn:aws:secretsmanager:us-east-1:/);
    assert.deepEqual(
      aws.things().map(({ inputs }) => inputs.status),
      ["Active", "Active"],
    );
    assert.equal(await aws.keyInSecret(), result.newKey.id);
    assert.notEqual(result.newKey.id, first?.id);
    await project.assertSettled();
  });

  it("changes nothing until the old key has been unused for long enough", async () => {
    const before = aws.things();
    const [oldKey, newKey] = before;
    aws.use(oldKey?.id, 59);
    aws.use(newKey?.id, 0);
    aws.age(newKey?.id, 120);
    const result = await rotate();
    assert.ok(result.kind === "waiting");
    assert.equal(result.handedOver, true);
    assert.deepEqual(aws.things(), before);
  });

  it("turns the old key off, and resumes where that was all it came to", async () => {
    const [oldKey, newKey] = aws.things();
    aws.use(oldKey?.id, 61);
    project.world.setFaults({ operation: "delete", name: oldKey?.name ?? "", error: "throttled" });
    await assert.rejects(rotate(), /throttled/);
    assert.deepEqual(
      aws.things().map(({ inputs }) => inputs.status),
      ["Inactive", "Active"],
    );
    project.world.setFaults();

    const result = await rotate();
    assert.ok(result.kind === "done");
    assert.match(result.key, newGeneration);
    assert.deepEqual(
      aws.things().map(({ id }) => id),
      [newKey?.id],
    );
    assert.deepEqual((await project.stackFile()).config["braintrust-snowflake:snowflake"], {
      ...settings.snowflake,
      accessKeys: [{ name: result.key, status: "Active" }],
    });
    assert.deepEqual(await preview(project.options), []);
    await project.assertSettled();
  });

  it("wrote no secret anywhere", async () => {
    for (const [file, text] of await project.texts()) assert.ok(!text.includes("canary-"), file);
  });

  it("is refused on the command line where Snowflake assumes a role", async () => {
    await project.set({ snowflake: filledIn.snowflake });
    const { code, stdout, stderr } = await project.run(["rotate-keys", "--yes"]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /snowflake\.access of stack "dev" is role/);
  });
});

/** IAM and Secrets Manager over the fake account, with uses and ages that the test sets. */
class FakeKeys implements KeyService {
  private readonly dates = new Map<string, { created?: Date; lastUsed?: Date }>();
  private readonly started = new Date();

  public constructor(private readonly project: TestProject) {}

  /** Oldest first, as their names have it. */
  public things() {
    const found = this.project.world.things().filter(({ type }) => type === KEY);
    return found.sort((one, other) => one.name.localeCompare(other.name));
  }

  public use(id: string | undefined, minutesAgo: number): void {
    this.date(id, { lastUsed: ago(minutesAgo) });
  }

  public age(id: string | undefined, minutes: number): void {
    this.date(id, { created: ago(minutes) });
  }

  public async keys(): Promise<LiveKey[]> {
    return this.things().map(({ id, inputs }) => ({
      id,
      status: inputs.status === "Active" ? "Active" : "Inactive",
      created: this.started,
      ...this.dates.get(id),
    }));
  }

  public async keyInSecret(): Promise<string | undefined> {
    const secret = this.project.world.named(SECRET_VERSION).inputs.secretString;
    // The engine hands secrets to a provider with their mark around them.
    const { value } = secret as { value?: unknown };
    return keyIdIn(String(value));
  }

  private date(id: string | undefined, date: { created?: Date; lastUsed?: Date }): void {
    if (id === undefined) throw new Error("no such key");
    this.dates.set(id, { ...this.dates.get(id), ...date });
  }
}

function ago(minutes: number): Date {
  return new Date(Date.now() - minutes * 60_000);
}
