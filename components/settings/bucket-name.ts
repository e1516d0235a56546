/** The bucket's name where the settings give none. */
export function defaultBucketName(stack: string, accountId: string, region: string): string {
  return `braintrust-exports-${stack}-${accountId}-${region}`;
}
