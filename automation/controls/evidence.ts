import { type Statement, statementsOf } from "../policy-document";

/** A resource of an evaluated program, as far as evidence looks at it. */
export interface Evident {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What is judged: one stack, or several that must all pass. */
export interface Judged {
  /** The resources of each evaluated program. */
  readonly programs: readonly (readonly Evident[])[];
  /** Name of the bucket that Braintrust writes to. */
  readonly exportBucket: string;
  /** Region of the programs, where the settings name it. */
  readonly region?: string | undefined;
  /** Tags that the provider puts on every resource. */
  readonly tags: Readonly<Record<string, string>>;
  /** Trail of others that records the exports. @default the stack creates its own, or has none */
  readonly existingTrail?: string | undefined;
  /** What stands for the blocks that `publicAccessBlock: account` leaves to the account. @default each bucket has its own */
  readonly accountBlock?: AccountBlock | undefined;
}

/** The account's own public access block, as `verify` found it; `unknown` where nobody asked. */
export interface AccountBlock {
  readonly state: "on" | "off" | "unknown";
  readonly evidence: string;
}

/**
 * What proves that a control is met: names of resources and what they have.
 *
 * @throws NothingToJudge where no program has what the control is about, NotMet where one does not comply, NotKnown where that is decided
 * outside the programs.
 */
export type Evidence = (judged: Judged) => string;

/** A control is not met. */
export class NotMet extends Error {
  public override readonly name = "NotMet";
}

/** No program has what a control is about. */
export class NothingToJudge extends Error {
  public override readonly name = "NothingToJudge";
}

/** What decides is not in the programs, and was not checked. */
export class NotKnown extends Error {
  public override readonly name = "NotKnown";
}

/** Every resource of a type, in both programs, passes; there is at least one. */
export function every(type: string, says: string, passes: (resource: Evident) => boolean): Evidence {
  return ({ programs }) => {
    const found = programs.flat().filter((resource) => resource.type === type);
    if (found.length === 0) throw new NothingToJudge(`no resource of type \`${type}\``);
    const bad = found.find((resource) => !passes(resource));
    if (bad !== undefined) throw new NotMet(`\`${bad.name}\` fails; required: ${says}`);
    return `${namesOf(found)}: ${says}`;
  };
}

/** As {@link every}, where a program without any does not meet the control. */
export function oneOrMore(type: string, says: string, passes: (resource: Evident) => boolean): Evidence {
  return (judged) => {
    if (!judged.programs.flat().some((resource) => resource.type === type)) {
      throw new NotMet(`the stack has no resource of type \`${type}\``);
    }
    return every(type, says, passes)(judged);
  };
}

/** An export bucket that others have created is theirs to configure. @throws NothingToJudge where the stack creates none. */
export function ownExportBucket(judged: Judged): void {
  if (!createsExportBucket(judged)) {
    throw new NothingToJudge(
      `the stack does not create the export bucket: the owner of \`${judged.exportBucket}\` decides`,
    );
  }
}

function createsExportBucket({ programs, exportBucket }: Judged): boolean {
  return programs.flat().some((each) => isBucket(each) && each.inputs.bucket === exportBucket);
}

/** The export bucket has a resource of this type: its name, and what `says` tells of it. */
export function ofExportBucket(type: string, says: (resource: Evident) => string): Evidence {
  return (judged) => {
    ownExportBucket(judged);
    const { programs, exportBucket } = judged;
    const found = programs.map((resources) =>
      resources.find((each) => each.type === type && each.inputs.bucket === exportBucket),
    );
    const [first] = found;
    if (first === undefined || found.includes(undefined)) {
      throw new NotMet(`the export bucket has no resource of type \`${type}\``);
    }
    return `\`${first.name}\`: ${says(first)}`;
  };
}

/** No resource of these types is made. */
export function none(types: readonly string[], says: string): Evidence {
  return ({ programs }) => {
    const found = programs.flat().find(({ type }) => types.includes(type));
    if (found !== undefined) throw new NotMet(`\`${found.name}\` is of type \`${found.type}\``);
    return says;
  };
}

/** Every bucket has a resource of this type that passes. */
export function everyBucket(type: string, says: string, passes: (resource: Evident) => boolean): Evidence {
  return (judged) => {
    const { programs, exportBucket } = judged;
    if (!programs.flat().some(isBucket)) throw new NothingToJudge("the stack creates no bucket");
    for (const resources of programs) {
      for (const bucket of resources.filter(isBucket)) {
        const own = resources.filter((each) => each.type === type && ofBucket(each, bucket));
        if (!own.some(passes)) throw new NotMet(`\`${bucket.name}\` fails; required: ${says}`);
      }
    }
    return createsExportBucket(judged)
      ? `every bucket: ${says}`
      : `every bucket that the stack creates: ${says}; the owner of \`${exportBucket}\` decides on that one`;
  };
}

/** Statements of every policy that passes `belongs`, each of which must pass `passes`. */
export function everyStatement(
  says: string,
  belongs: (policy: Evident) => boolean,
  passes: (statement: Statement) => boolean,
): Evidence {
  return ({ programs }) => {
    const policies = programs.flat().filter((each) => belongs(each) && statementsIn(each) !== undefined);
    if (policies.length === 0) throw new NothingToJudge("no such policy");
    for (const policy of policies) {
      const bad = statementsIn(policy)?.find((statement) => !passes(statement));
      if (bad !== undefined) {
        throw new NotMet(`\`${policy.name}\` ${bad.Sid ?? ""} fails; required: ${says}`);
      }
    }
    return `${namesOf(policies)}: ${says}`;
  };
}

/** Both are proven. */
export function both(first: Evidence, second: Evidence): Evidence {
  return (judged) => `${first(judged)}; ${second(judged)}`;
}

/** The statements of the policy in a resource's inputs, if it has one that is known. */
export function statementsIn({ inputs }: Evident): readonly Statement[] | undefined {
  return typeof inputs.policy === "string" ? statementsOf(inputs.policy) : undefined;
}

/** Whether a statement lets in whoever comes. */
export function isPublic({ Effect, Principal }: Statement): boolean {
  return Effect === "Allow" && JSON.stringify(Principal ?? "").includes('"*"');
}

/** Name of the bucket that a trail writes to; undefined of whatever else. */
export function trailBucketName({ type, inputs }: Evident): string | undefined {
  if (type !== "awsx:cloudtrail:Trail") return undefined;
  return (inputs.s3Bucket as { existing?: { name?: string } } | undefined)?.existing?.name;
}

function isBucket({ type }: Evident): boolean {
  return type === "aws:s3/bucket:Bucket";
}

function ofBucket({ inputs }: Evident, bucket: Evident): boolean {
  return inputs.bucket === (bucket.inputs.bucket ?? `${bucket.name}-0000000`);
}

/** Characters of names that are listed: those of an alarm for each of a hundred streams say little. */
const MOST_NAMED = 800;

function namesOf(found: readonly Evident[]): string {
  const names = [...new Set(found.map(({ name }) => `\`${name}\``))].sort();
  let listed = names.join(", ");
  let count = names.length;
  while (listed.length > MOST_NAMED && count > 1) {
    count -= 1;
    listed = names.slice(0, count).join(", ");
  }
  return count === names.length ? listed : `${listed} and ${names.length - count} more`;
}
