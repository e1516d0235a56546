import * as fs from "node:fs";
import * as path from "node:path";
import { pasts } from "../past/past";

/** A resource as a state has it. */
export interface Entry {
  urn: string;
  type: string;
  id?: string;
  protect?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  propertyDependencies?: Record<string, string[]>;
}

/** The state of a deployed stack, to be changed as its owners would. */
export class DeployedStack {
  private constructor(
    public readonly resources: Entry[],
    private readonly rest: Readonly<Record<string, unknown>>,
  ) {}

  /** @param name a recording of test/past: dev, prod, user, topic. */
  public static read(name: string): DeployedStack {
    const past = pasts.find(({ folder }) => path.basename(folder) === name);
    if (past === undefined) throw new Error(`no recorded state ${name}`);
    const { checkpoint } = JSON.parse(fs.readFileSync(path.join(past.folder, "state.json"), "utf8"));
    const { resources, ...rest } = checkpoint.latest;
    return new DeployedStack(resources, rest);
  }

  /** As `pulumi stack export` writes it. */
  public exported(): string {
    return JSON.stringify({ version: 3, deployment: { ...this.rest, resources: this.resources } });
  }

  public entry(name: string, type: string): Entry {
    const found = this.resources.find(
      (one) => one.urn.endsWith(`::${name}`) && one.type.startsWith("aws:") && one.type.endsWith(`:${type}`),
    );
    if (found === undefined) throw new Error(`no ${type} ${name}`);
    return found;
  }

  /** Changes properties, as the next update would. */
  public set(name: string, type: string, properties: Readonly<Record<string, unknown>>): void {
    const entry = this.entry(name, type);
    entry.inputs = { ...entry.inputs, ...properties };
    entry.outputs = { ...entry.outputs, ...properties };
  }

  /** Changes the policy document in a property. */
  public edit(
    name: string,
    type: string,
    change: (statements: Statement[]) => void,
    property = "policy",
  ): void {
    const { inputs } = this.entry(name, type);
    const document = JSON.parse(String(inputs?.[property]));
    change(document.Statement);
    this.set(name, type, { [property]: JSON.stringify(document) });
  }

  /** Adds a resource of the user's own, beside the pipeline. */
  public add(
    type: string,
    name: string,
    properties: Readonly<Record<string, unknown>>,
    options: Partial<Entry> = {},
  ): void {
    const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(this.resources[0]?.urn ?? "") ?? [];
    const urn = `urn:pulumi:${stack}::${project}::${type}::${name}`;
    const arn = `arn:aws:service:us-east-1:123456789012:${name}`;
    this.resources.push({
      urn,
      type,
      ...{
        custom: true,
        id: name,
        parent: this.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn,
      },
      inputs: { ...properties },
      outputs: { arn, ...properties },
      ...options,
    });
  }

  public remove(name: string, type: string): void {
    this.resources.splice(this.resources.indexOf(this.entry(name, type)), 1);
  }
}

/** A statement of a policy, with whatever a user writes into it. */
export type Statement = Record<string, unknown>;
