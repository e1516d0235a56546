import * as pulumi from "@pulumi/pulumi";

/** Whether a key of the configuration (`namespace:key`) is encrypted. */
export function isConfigSecret(key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(key);
}
