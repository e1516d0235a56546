import type * as pulumi from "@pulumi/pulumi";

/** What the SDK keeps of a resource and declares to nobody. */
interface Named {
  readonly __name: string;
  /** URNs by the resource's own option `aliases`. */
  readonly __aliases: readonly pulumi.Output<string>[];
  readonly __parentResource?: pulumi.Resource;
}

/**
 * The names that a resource had before: those of its own aliases, and those that an alias of a component above it implies. From the
 * latter the engine derives only the names that begin with the name of their parent (inheritedChildAlias of its
 * pkg/resource/deploy/step_generator.go).
 */
export function formerNames(resource: pulumi.Resource): pulumi.Output<string>[] {
  const { __name: name, __aliases: aliases, __parentResource: parent } = resource as unknown as Named;
  const own = aliases.map((alias) => alias.apply((urn) => urn.slice(urn.lastIndexOf("::") + 2)));
  if (parent === undefined) return own;
  const { __name: above } = parent as unknown as Named;
  if (!name.startsWith(above)) return own;
  const inherited = formerNames(parent).map((former) =>
    former.apply((start) => start + name.slice(above.length)),
  );
  return [...own, ...inherited];
}
