import type { Aws } from "../harness";

/** One way to spoil a resource behind Pulumi's back. */
export interface Spoiling {
  /** Pulumi's name of the resource. */
  readonly resource: string;
  /** @default it is spoiled by those before it */
  readonly act?: (aws: Aws, find: Find) => Promise<unknown>;
}

/** Why there is no way to spoil a type of resource so. */
export interface Spared {
  readonly why: string;
}

/** How a type of resource is spoiled. */
export interface Drift {
  readonly change: Spoiling | Spared;
  readonly removal: Spoiling | Spared;
}

/** An output of a resource in the state, by the resource's name. */
export type Find = (resource: string, property: string) => string;

/** A tag of a stranger's. */
export const STRANGER = [{ Key: "changed-by", Value: "somebody else" }];

/** Everybody of the account. */
export const ROOT = { AWS: "arn:aws:iam::000000000000:root" };

/** A policy that says nothing of what ours says. */
export function foreignPolicy(action: string, resource = "*", principal?: object): string {
  const statement = { Effect: "Allow", Action: action, Resource: resource };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ ...statement, ...(principal && { Principal: principal }) }],
  });
}
