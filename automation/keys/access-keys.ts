import { awsCall } from "../aws/aws-call";
import { clientSettings } from "../aws/client-settings";
import { nameOf } from "../engine/changes";
import type { StackState } from "../engine/state/state";
import type { StackFile } from "../project/stack-file";

/** An access key of a user as IAM has it. */
export interface LiveKey {
  readonly id: string;
  readonly status: "Active" | "Inactive";
  readonly created: Date;
  /** Absent: never. */
  readonly lastUsed?: Date;
}

/** Snowflake's user as the stack's state has it. */
export interface UserState {
  readonly userName: string;
  /** Generation -> id of its key. One that waits for its deletion after a replacement has a name of its own. */
  readonly generations: ReadonlyMap<string, string>;
  /** Where the key in use is handed over; absent until the first `up` has made it. */
  readonly secretArn?: string;
}

/** What there is to ask AWS about access keys. */
export interface KeyService {
  /** The user's keys, those of others included. Needs iam:ListAccessKeys and iam:GetAccessKeyLastUsed. */
  keys(userName: string): Promise<LiveKey[]>;
  /** Id of the key in the secret, if there is one. Needs secretsmanager:GetSecretValue. */
  keyInSecret(secretArn: string): Promise<string | undefined>;
}

/** Snowflake's user and its keys; `undefined` where the stack has none. */
export function userOf({ resources }: StackState): UserState | undefined {
  const user = resources.find(({ type }) => type === "aws:iam/user:User");
  if (user?.id === undefined) return undefined;
  const prefix = `${nameOf(user.urn)}-key-`;
  const generations = new Map<string, string>();
  for (const { type, urn, id, delete: condemned } of resources) {
    if (type !== "aws:iam/accessKey:AccessKey" || id === undefined || !nameOf(urn).startsWith(prefix))
      continue;
    const generation = nameOf(urn).slice(prefix.length);
    generations.set(condemned ? `${generation} (replaced: ${id})` : generation, id);
  }
  const secret = resources.find(({ type }) => type === "aws:secretsmanager/secret:Secret");
  return {
    userName: user.id,
    generations,
    secretArn: secret?.id,
  };
}

/** Asks AWS as the stack's provider would. Every method throws AwsCallError where AWS refuses or fails. */
export async function keyService(file: StackFile): Promise<KeyService> {
  const { GetAccessKeyLastUsedCommand, IAMClient, ListAccessKeysCommand } = await import(
    "@aws-sdk/client-iam"
  );
  const iam = new IAMClient(clientSettings(file, "iam"));
  const lastUse = async (AccessKeyId: string) => {
    const { AccessKeyLastUsed } = await awsCall("iam:GetAccessKeyLastUsed", () =>
      iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId })),
    );
    return AccessKeyLastUsed?.LastUsedDate;
  };
  return {
    async keys(UserName) {
      // A user has two keys at most, so there is no second page.
      const { AccessKeyMetadata = [] } = await awsCall("iam:ListAccessKeys", () =>
        iam.send(new ListAccessKeysCommand({ UserName })),
      );
      return Promise.all(
        AccessKeyMetadata.map(async ({ AccessKeyId: id = "", Status, CreateDate }): Promise<LiveKey> => {
          const lastUsed = await lastUse(id);
          const status = Status === "Active" ? "Active" : "Inactive";
          const created = CreateDate ?? new Date(0);
          return { id, status, created, ...(lastUsed === undefined ? {} : { lastUsed }) };
        }),
      );
    },
    async keyInSecret(SecretId) {
      const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
      const secrets = new SecretsManagerClient(clientSettings(file, "secretsmanager"));
      const text = await awsCall("secretsmanager:GetSecretValue", async () => {
        try {
          return (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;
        } catch (error) {
          // So does a secret that has no value yet.
          if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
          throw error;
        }
      });
      return keyIdIn(text);
    },
  };
}

/** The key id of a secret `{"accessKeyId", "secretAccessKey"}`; the rest of it is read by nobody. */
export function keyIdIn(secret: string | undefined): string | undefined {
  if (secret === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(secret);
  } catch {
    return undefined;
  }
  const id =
    typeof value === "object" && value !== null && "accessKeyId" in value ? value.accessKeyId : undefined;
  return typeof id === "string" ? id : undefined;
}
