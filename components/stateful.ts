/** What is lost with a resource that holds data, or an identity that others name, by its type. */
const losses: Readonly<Record<string, string>> = {
  "aws:s3/bucket:Bucket": "its objects",
  "aws:kms/key:Key": "everything encrypted with it, which becomes unreadable",
  "aws:sns/topic:Topic": "its subscriptions, Snowflake's among them",
  "aws:iam/role:Role": "the role that others name; a new one of the same name is another principal",
  "aws:iam/user:User": "the user that others name, with its access keys",
  "aws:secretsmanager/secret:Secret": "the secret's value and its ARN",
};

/** Parents whose resources can be created again: alarms find the new topic, and nobody else names awsx's role. */
const replaceable: readonly string[] = ["braintrust-snowflake:index:AlertTopic", "awsx:cloudtrail:Trail"];

/**
 * What deleting or replacing a resource loses for good; `undefined` where another `up` creates the same again. Exactly the
 * resources with such a loss are protected in production, and need `--allow-loss`.
 */
export function lossOf(urn: string): string | undefined {
  const types = urn.split("::")[2]?.split("$") ?? [];
  return types.some((type) => replaceable.includes(type)) ? undefined : losses[types.at(-1) ?? ""];
}

/**
 * The same for a resource that is replaced. A rotation deletes an access key that nobody uses any more; one that is replaced, with
 * a user of another name for example, is in use until the new one is handed over.
 */
export function lossByReplacement(urn: string): string | undefined {
  const inUse = urn.split("::")[2]?.endsWith("aws:iam/accessKey:AccessKey");
  return (
    lossOf(urn) ??
    (inUse ? "the access key that Snowflake uses, until the new one is handed over" : undefined)
  );
}

/** Whether deleting or replacing a resource loses data, or an identity that others name. */
export function isStateful(urn: string): boolean {
  return lossOf(urn) !== undefined;
}
