/**
 * What of a policy no update changes. IAM has no call that changes a description, so that the provider would replace a policy that
 * was imported with another one: docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
 */
export const IMMUTABLE: readonly string[] = ["description"];
