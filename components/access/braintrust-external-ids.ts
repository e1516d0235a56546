/** External ids that Braintrust's exports may present: of every project, or of those named. */
export function braintrustExternalIds({
  orgId,
  projectIds,
}: {
  readonly orgId?: string;
  readonly projectIds?: readonly string[];
}): string[] {
  if (orgId === undefined) return [];
  if (projectIds === undefined) return [`bt:${orgId}:*`];
  return projectIds.map((projectId) => `bt:${orgId}:${projectId}:*`);
}
