import { UsageError } from "../errors";
import type { StackFile } from "../project/stack-file";
import type { Found, Names } from "./found";
import { givenIn } from "./judge/judgement";

/** Names that somebody gives, and not the others. */
export type NameOptions = { readonly [Key in keyof Names]?: string | undefined };

/** The option of each name. */
const options: Readonly<Record<keyof Names, string>> = {
  bucket: "--bucket",
  exportRole: "--export-role",
  exportPolicy: "--export-policy",
  user: "--user",
  readerRole: "--reader-role",
  readPolicy: "--read-policy",
  queue: "--queue",
  topic: "--topic",
  trail: "--trail",
};

/** The names that somebody has chosen: by options, or by the settings. */
export function chosenNames(file: StackFile, given: NameOptions): NameOptions {
  const setting = (...path: string[]) => {
    const value = givenIn(file, path);
    return typeof value === "string" ? value : undefined;
  };
  return {
    bucket: given.bucket ?? setting("bucketName") ?? setting("existingBucket"),
    exportRole: given.exportRole ?? setting("iam", "names", "braintrustRole"),
    exportPolicy: given.exportPolicy ?? setting("iam", "names", "exportPolicy"),
    user: given.user ?? setting("iam", "names", "snowflakeUser"),
    readerRole: given.readerRole ?? setting("iam", "names", "snowflakeRole"),
    readPolicy: given.readPolicy ?? setting("iam", "names", "readPolicy"),
    queue: given.queue ?? setting("events", "queueName"),
    topic: given.topic ?? setting("events", "topicName"),
    trail: given.trail ?? setting("auditTrail", "name"),
  };
}

/** The names to look for: those that somebody has chosen, and otherwise those of the guide's commands. */
export function lookedFor(chosen: NameOptions): Names {
  return {
    bucket: chosen.bucket,
    exportRole: chosen.exportRole ?? "BraintrustExportRole",
    exportPolicy: chosen.exportPolicy ?? "BraintrustS3ExportPolicy",
    user: chosen.user ?? "SnowflakeS3User",
    readerRole: chosen.readerRole,
    readPolicy: chosen.readPolicy ?? "SnowflakeS3AccessPolicy",
    queue: chosen.queue ?? "snowpipe-s3-notifications",
    topic: chosen.topic ?? "snowpipe-s3-notifications",
    trail: chosen.trail,
  };
}

/** @throws UsageError for a name that was given and that the account does not have. */
export function refuseUnfound(found: Found, given: NameOptions): void {
  const unfound = Object.entries(options).filter(
    ([key]) => given[key as keyof Names] !== undefined && found[key as keyof Names] === undefined,
  );
  if (unfound.length === 0) return;
  const list = unfound.map(([key, option]) => `${option} ${given[key as keyof Names]}`).join(", ");
  const { accountId, region } = found.account;
  throw new UsageError(
    `${list}: not found in account ${accountId} and region ${region}; check name, account and aws:region`,
  );
}
