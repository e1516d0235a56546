/** A resource of the program, and what exists in AWS for it. */
export interface Import {
  readonly type: string;
  /** Logical name in the program. */
  readonly name: string;
  /** By which the provider imports it. */
  readonly id: string;
}

/** By which a resource of the program is found among imports. */
export function keyOf({ type, name }: Pick<Import, "type" | "name">): string {
  return `${type} ${name}`;
}
