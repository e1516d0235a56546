import { getPartitionOutput } from "@pulumi/aws/getPartition";
import * as pulumi from "@pulumi/pulumi";
import { inlineProgram } from "../engine/inline-program";
import { runEngine } from "../engine/run/engine-run";
import { readState } from "../engine/state/state";
import type { OpenStack } from "../engine/workspace";
import { InternalError } from "../errors";
import type { Component, Place, Running } from "./engine-import";

/**
 * Has the engine create the components that imported resources belong to, as far as the state lacks them, and the AWS provider:
 * nothing in AWS.
 *
 * @returns the provider's reference in the state.
 */
export async function createComponents(
  open: OpenStack,
  places: readonly Place[],
  running: Running,
): Promise<string> {
  const { stack } = open;
  const components = [
    ...new Map(places.flatMap(({ components: all }) => all).map((one) => [one.urn, one])).values(),
  ];
  const { resources } = await readState(stack);
  const known = new Set(resources.map(({ urn }) => urn));
  const lacking = components.map(({ urn }) => urn).filter((urn) => !known.has(urn));
  if (lacking.length > 0) {
    const outputs = await stack.outputs();
    const program = inlineProgram(() => {
      const pipeline = registered(components, places);
      // By this the engine creates the default provider of the program's resources.
      getPartitionOutput({}, { parent: pipeline });
      const kept = Object.entries(outputs).map(([name, { value, secret }]) => [
        name,
        secret ? pulumi.secret(value) : value,
      ]);
      return { pipeline, outputs: Object.fromEntries(kept) };
    });
    const operation = (engine: object) => stack.up({ ...engine, program, target: lacking });
    await runEngine(open, { ...running, kind: "up", operation });
  }
  return providerOf(open);
}

function registered(components: readonly Component[], places: readonly Place[]): pulumi.ComponentResource {
  const made = new Map<string, pulumi.ComponentResource>();
  const parents = new Map(
    places.flatMap(({ components: chain }) =>
      chain.map((one, depth): [string, string | undefined] => [one.urn, chain[depth - 1]?.urn]),
    ),
  );
  for (const { urn, type, name } of components) {
    const parent = made.get(parents.get(urn) ?? "");
    made.set(urn, new pulumi.ComponentResource(type, name, {}, parent && { parent }));
  }
  const [pipeline] = made.values();
  if (pipeline === undefined) throw new InternalError("there is nothing to import");
  return pipeline;
}

async function providerOf({ stack }: OpenStack): Promise<string> {
  const { resources } = await readState(stack);
  const provider = resources.find(
    ({ type, urn }) => type === "pulumi:providers:aws" && /::default/.test(urn),
  );
  if (provider === undefined) throw new InternalError("the state has no AWS provider");
  return `${provider.urn}::${provider.id}`;
}
