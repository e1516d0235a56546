import * as pulumi from "@pulumi/pulumi";

/** The SDK that all of this was checked against: what it declares to nobody may change with any version. */
export const CHECKED_SDK = "3.270.0";

/** Whether a key of the configuration (`namespace:key`) is encrypted. */
export function isConfigSecret(key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(key);
}
