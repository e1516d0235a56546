import type { Aws } from "./harness";

/** One way to spoil a resource behind Pulumi's back. */
export interface Spoiling {
  /** Pulumi's name of the resource. */
  readonly resource: string;
  /** @default it has been spoiled by those before it */
  readonly act?: (aws: Aws, find: Find) => Promise<unknown>;
}

/** How a type of resource is spoiled, where AWS has a way to. */
export interface Sabotage {
  readonly change?: Spoiling;
  readonly removal?: Spoiling;
}

/** An output of a resource in the state, by the resource's name. */
export type Find = (resource: string, property: string) => string;

/** A tag of a stranger's. */
export const STRANGER = [{ Key: "changed-by", Value: "somebody else" }];

export const ROOT = { AWS: "arn:aws:iam::000000000000:root" };

/** A policy that says nothing of what ours says. */
export const foreignPolicy = (action: string, resource = "*", principal?: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: action, Resource: resource, ...(principal && { Principal: principal }) },
    ],
  });
