/** The package of the resources that are shared; its plugin is in provider/. */
export const PACKAGE = "braintrust-snowflake";
/** What of a bucket's notification is this pipeline's. */
export const SHARED_NOTIFICATION = `${PACKAGE}:s3:SharedNotification`;
/** What of a bucket's policy is this pipeline's. */
export const SHARED_POLICY = `${PACKAGE}:s3:SharedPolicy`;

/**
 * Whose configurations and statements are on a bucket that several share: the account and the pipeline's suffix. A Sid takes
 * letters and digits alone: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
 */
export function shareOwner(accountId: string, suffix: string): string {
  const encoded = suffix.replace(
    /[^A-WYZa-z0-9]/g,
    (character) => `X${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${accountId}${encoded}`;
}

/** The Id of a configuration, or the Sid of a statement, that no other pipeline on the bucket has. */
export function ownedName(name: string, owner: string): string {
  return `${name}For${owner}`;
}

/** Whether a configuration or statement of this name is the owner's. */
export function isOwnedBy(name: string | undefined, owner: string): boolean {
  return name?.endsWith(`For${owner}`) ?? false;
}

const earlierNames = [
  "SnowpipeNotification(-[A-Za-z][A-Za-z0-9_-]*)?",
  "DenyInsecureTransport",
  "DenyTlsBelow12",
  "DenyOtherEncryptionKeys",
  "DenyCustomerProvidedKeys",
  "AllowSnowflakeAccess[0-9]*(List|Location)?",
];
const earlier = new RegExp(`^(${earlierNames.join("|")})$`);

/** Whether it is a name of the versions that took the whole policy and notification of an existing bucket for theirs. */
export function isEarlierName(name: string | undefined): boolean {
  return name !== undefined && earlier.test(name) && !/For\d{12}[A-Za-z0-9]*$/.test(name);
}
