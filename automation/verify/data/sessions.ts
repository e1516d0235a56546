import type { S3 } from "@aws-sdk/client-s3";
import type { STS } from "@aws-sdk/client-sts";
import { isDenied } from "../../aws/aws-errors";
import { type AnsweredKeys, type AwsCredentialIdentity, answeredCredentials } from "../../aws/credentials";
import { Skipped } from "../check";
import type { Aws } from "../clients";
import type { Subject } from "../subject";

/** S3 as somebody of the pipeline, and who that is. */
export interface Session {
  readonly s3: S3;
  readonly who: string;
}

/** A role of the pipeline and what it asks for. */
export interface AssumedRole {
  readonly roleArn: string;
  /** The right external id, for the stack's trust policy. */
  readonly externalId: string;
  readonly who: string;
  /** Whether its trust policy names the stack's own account, so that identities of the account that have the right may assume it. */
  readonly ownAccount: boolean;
  /** Who asks for it. */
  readonly vendor: "braintrust" | "snowflake";
}

/** Braintrust's role, with the external id that Braintrust's own test presents. */
export function writerRole({ writerArn, outputs, settings, accountId }: Subject): AssumedRole {
  const [pattern] = (outputs.braintrustExternalId ?? "").split(", ");
  if (!pattern) throw new Skipped("Braintrust's ids are not known yet, so its role cannot be assumed");
  return {
    roleArn: writerArn,
    externalId: pattern.replace(/\*$/, "test"),
    who: "Braintrust's role",
    ownAccount: settings.braintrust.accountId === accountId,
    vendor: "braintrust",
  };
}

/** Snowflake's role, in `role` mode. */
export function readerRole({ outputs, settings }: Subject): AssumedRole {
  const { snowflakeRoleArn: roleArn, snowflakeExternalId: externalId } = outputs;
  if (roleArn === undefined || externalId === undefined || settings.snowflake.iamUserArn === undefined) {
    throw new Skipped("Snowflake's user is not known yet, so its role cannot be assumed");
  }
  return { roleArn, externalId, who: "Snowflake's role", ownAccount: false, vendor: "snowflake" };
}

/** STS as the identity that the role trusts, where that one's key is at hand, else as the caller. */
export function stsOf({ sts, snowflakeSts }: Aws, { vendor }: AssumedRole): STS {
  return vendor === "snowflake" ? (snowflakeSts ?? sts) : sts;
}

/**
 * Assumes a role as Braintrust or Snowflake does.
 *
 * @throws Skipped where the caller is not trusted: in an account of one's own the roles trust their vendors alone.
 */
export async function assume(aws: Aws, role: AssumedRole, secrets: Set<string>): Promise<Session> {
  try {
    const { Credentials } = await stsOf(aws, role).assumeRole({
      RoleArn: role.roleArn,
      ExternalId: role.externalId,
      RoleSessionName: "pipeline-verify",
      DurationSeconds: 900,
    });
    return { s3: aws.s3As(sessionKeys(Credentials, secrets)), who: role.who };
  } catch (error) {
    if (!isDenied(error)) throw error;
    if (role.ownAccount) {
      throw new Skipped(
        `AWS refused sts:AssumeRole of ${role.who}, which trusts this account`,
        `grant sts:AssumeRole on ${role.roleArn} to the caller`,
      );
    }
    throw new Skipped(
      `${role.who} trusts its vendor alone, and not the caller; the simulator and the trust policy answer for it`,
    );
  }
}

/**
 * Snowflake's user, with the key that Secrets Manager hands over.
 *
 * @throws Skipped where there is no secret.
 */
export async function useReaderKey(aws: Aws, { outputs }: Subject, secrets: Set<string>): Promise<Session> {
  const { snowflakeSecretArn, snowflakeAccessKeyId } = outputs;
  if (snowflakeSecretArn === undefined) throw new Skipped("the stack keeps no key in Secrets Manager");
  const { SecretString = "{}" } = await aws.secrets.getSecretValue({ SecretId: snowflakeSecretArn });
  const keys = secretKeys(SecretString);
  if (keys === undefined) throw new Error("the secret in Secrets Manager is not the JSON of an access key");
  secrets.add(keys.secretAccessKey);
  if (keys.accessKeyId !== snowflakeAccessKeyId) {
    throw new Error(
      `Secrets Manager hands over the key ${keys.accessKeyId}, and the stack's is ${snowflakeAccessKeyId}`,
    );
  }
  return { s3: aws.s3As(keys), who: `Snowflake's user, by its key ${keys.accessKeyId}` };
}

function sessionKeys(answered: AnsweredKeys | undefined, secrets: Set<string>): AwsCredentialIdentity {
  const keys = answeredCredentials(answered);
  secrets.add(keys.secretAccessKey);
  if (keys.sessionToken !== undefined) secrets.add(keys.sessionToken);
  return keys;
}

// No part of the text may reach an error: JSON.parse would quote it.
function secretKeys(text: string): AwsCredentialIdentity | undefined {
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(text) as Record<string, unknown>;
    if (typeof accessKeyId === "string" && typeof secretAccessKey === "string") {
      return { accessKeyId, secretAccessKey };
    }
  } catch {
    return undefined;
  }
  return undefined;
}
