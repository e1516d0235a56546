/** A resource of an evaluated program, as far as evidence looks at it. */
export interface Evident {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The programs that evidence is taken from. */
export interface Programs {
  /** Production with its defaults. */
  readonly prod: readonly Evident[];
  /** Production with all that settings can add: topic and queue, error notifications, Snowflake's user. */
  readonly everything: readonly Evident[];
  /** Tags that the provider puts on every resource of production. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What proves that a control is met: names of resources and what they have. Throws where it is not. */
export type Evidence = (programs: Programs) => string;

/** Every resource of a type, in both programs, passes; there is at least one. */
export function every(type: string, says: string, passes: (resource: Evident) => boolean): Evidence {
  return ({ prod, everything }) => {
    const found = [...prod, ...everything].filter((resource) => resource.type === type);
    if (found.length === 0) throw new Error(`there is no ${type}`);
    const bad = found.find((resource) => !passes(resource));
    if (bad !== undefined) throw new Error(`${bad.name} has not: ${says}`);
    return `${namesOf(found)}: ${says}`;
  };
}

/** No resource of these types is made. */
export function none(types: readonly string[], says: string): Evidence {
  return ({ prod, everything }) => {
    const found = [...prod, ...everything].find(({ type }) => types.includes(type));
    if (found !== undefined) throw new Error(`${found.name} is a ${found.type}`);
    return says;
  };
}

/** Every bucket has a resource of this type that passes. */
export function everyBucket(type: string, says: string, passes: (resource: Evident) => boolean): Evidence {
  return (programs) => {
    for (const resources of [programs.prod, programs.everything]) {
      for (const bucket of resources.filter((each) => each.type === "aws:s3/bucket:Bucket")) {
        const own = resources.filter((each) => each.type === type && ofBucket(each, bucket));
        if (!own.some(passes)) throw new Error(`${bucket.name} has not: ${says}`);
      }
    }
    return `every bucket: ${says}`;
  };
}

/** Statements of every policy that passes `belongs`, each of which must pass `passes`. */
export function everyStatement(
  says: string,
  belongs: (policy: Evident) => boolean,
  passes: (statement: PolicyStatement) => boolean,
): Evidence {
  return ({ prod, everything }) => {
    const policies = [...prod, ...everything].filter(
      (each) => belongs(each) && documentOf(each) !== undefined,
    );
    if (policies.length === 0) throw new Error("there is no such policy");
    for (const policy of policies) {
      const bad = documentOf(policy)?.Statement.find((statement) => !passes(statement));
      if (bad !== undefined) throw new Error(`${policy.name} ${bad.Sid ?? ""} has not: ${says}`);
    }
    return `${namesOf(policies)}: ${says}`;
  };
}

/** Both are proven. */
export function both(first: Evidence, second: Evidence): Evidence {
  return (programs) => `${first(programs)}; ${second(programs)}`;
}

/** A statement of a policy document as AWS gets it. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The policy document in a resource's inputs, if it has one. */
export function documentOf({ inputs }: Evident): { Statement: readonly PolicyStatement[] } | undefined {
  const { policy } = inputs;
  return typeof policy === "string" && policy.startsWith("{") ? JSON.parse(policy) : undefined;
}

/** Whether a statement lets in whoever comes. */
export function isPublic({ Effect, Principal }: PolicyStatement): boolean {
  return Effect === "Allow" && JSON.stringify(Principal ?? "").includes('"*"');
}

/** One or several, as a list. */
export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

/** Name of the bucket that a trail writes to; undefined of whatever else. */
export function trailBucketName({ type, inputs }: Evident): string | undefined {
  if (type !== "awsx:cloudtrail:Trail") return undefined;
  return (inputs.s3Bucket as { existing?: { name?: string } } | undefined)?.existing?.name;
}

function ofBucket({ inputs }: Evident, bucket: Evident): boolean {
  return inputs.bucket === (bucket.inputs.bucket ?? `${bucket.name}-0000000`);
}

function namesOf(found: readonly Evident[]): string {
  return [...new Set(found.map(({ name }) => `\`${name}\``))].sort().join(", ");
}
