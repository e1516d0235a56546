import type { Environment } from "./environment";

/** Stands for a value that only the deployment brings: a preview cannot judge it, and `up` judges it before the resource is created. */
export const UNKNOWN = Symbol("known after the deployment");

/** A resource as the engine shows it to a policy. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly protect: boolean;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A resource among all resources of its stack. */
export interface StackResource extends Resource {
  /** URNs of the resources that the property's value comes from. */
  readonly sources: (property: string) => readonly string[];
}

interface Described {
  readonly name: string;
  /** One sentence: what holds where the rule is kept. */
  readonly description: string;
  /** What to do about a violation. */
  readonly fix: string;
}

/** A rule about one resource: checked before the resource is created or changed. */
export interface ResourceRule extends Described {
  /** What is wrong with the resource, one sentence each. */
  check(resource: Resource, environment: Environment): Iterable<string>;
}

/** A rule about resources together: checked at the end of a preview or an update. */
export interface StackRule extends Described {
  checkStack(resources: readonly StackResource[], environment: Environment): Iterable<Violation>;
}

/** What is wrong with one of the resources. */
export interface Violation {
  readonly resource: Resource;
  readonly problem: string;
}

/** A rule of the policy pack. */
export type Rule = ResourceRule | StackRule;
