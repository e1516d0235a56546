import * as pulumi from "@pulumi/pulumi";
import { awsLimits } from "../aws-limits";
import { allOf, anyOf, is, pattern, type Term } from "./filter-expression";
import type { TrailSubject } from "./trail-subject";

/**
 * Reads by callers who are neither the pipeline's roles nor its readers. Of a caller of another account the trail has the account
 * alone, so that a reader there stands for its account; where there are more such accounts than a pattern has room for, only
 * callers of this one are counted. Readers of this account are recognized by beginnings of their names where whole ones have no
 * room. `plan` says what a pattern leaves out. "!=" is false for what an event does not have, hence NOT EXISTS.
 */
export function unlistedReads(subject: TrailSubject): pulumi.Output<string> {
  const { bucketName, readers, account } = subject;
  const sharedPrefix = beginningOf(subject.sharedPrefix);
  return pulumi
    .all([
      bucketName,
      pulumi.all([...readers]),
      account.accountId,
      pulumi.all([...subject.crossAccountReaders]),
    ])
    .apply(([bucket, named, ownId, crossAccountReaders]) => {
      const accountOf = (arn: string) => arn.split(":")[4] ?? "";
      const ownReaders = crossAccountReaders.filter((arn) => accountOf(arn) === ownId).map(callerOf);
      const foreign = [...new Set(crossAccountReaders.map(accountOf))].filter((id) => id !== ownId);
      const readsOf = (accounts: readonly Term[], known: readonly string[]) =>
        pattern(
          allOf([
            anyOf([
              allOf([...ofExports(bucket, sharedPrefix), is("$.eventName", "GetObject*")]),
              // A copy to elsewhere reads too, and is an event of the bucket that it goes to.
              is("$.requestParameters.x-amz-copy-source", `*${bucket}/${sharedPrefix}*`),
            ]),
            "($.errorCode NOT EXISTS)",
            not("$.userIdentity.arn", known),
            ...accounts,
          ]),
        );
      const ofOthers = foreign.length === 0 ? [] : [not("$.userIdentity.accountId", foreign)];
      const ofThisAccount = [is("$.userIdentity.accountId", ownId)];
      const patterns = shortened(ownReaders).flatMap((known) =>
        [ofOthers, ofThisAccount].map((accounts) => readsOf(accounts, [...named.map(callerOf), ...known])),
      );
      return pulumi
        .all(patterns)
        .apply(
          (texts) =>
            texts.find((text) => text.length <= awsLimits.metricFilterPattern.most) ?? texts.at(-1) ?? "",
        );
    });
}

/**
 * Writes and deletions by others than Braintrust. S3's lifecycle is no caller; `verify` deletes the probes that it has written. A
 * trail has no key of DeleteObjects, so in a shared bucket that counts whatever it deletes.
 */
export function unlistedWrites(subject: TrailSubject): pulumi.Output<string> {
  const { bucketName, writer } = subject;
  const sharedPrefix = beginningOf(subject.sharedPrefix);
  const names = ["PutObject*", "CopyObject", "CompleteMultipartUpload", "DeleteObjects", "RestoreObject"];
  return pulumi
    .output(writer)
    .apply((arn) =>
      pattern(
        allOf([
          is("$.requestParameters.bucketName", bucketName),
          ...(sharedPrefix === ""
            ? []
            : [
                anyOf([
                  is("$.eventName", "DeleteObjects"),
                  is("$.requestParameters.key", `${sharedPrefix}*`),
                ]),
              ]),
          anyOf([
            ...names.map((name) => is("$.eventName", name)),
            allOf([is("$.eventName", "DeleteObject"), is("$.requestParameters.key", "*/_verify/*", "!=")]),
          ]),
          "($.errorCode NOT EXISTS)",
          not("$.userIdentity.arn", [callerOf(arn)]),
        ]),
      ),
    );
}

/** A longer prefix is recognized by its beginning, of which a pattern takes two: what else begins so counts as well. */
const LONGEST_PREFIX = 120;

function beginningOf(prefix = ""): string {
  return prefix.slice(0, LONGEST_PREFIX);
}

function ofExports(bucketName: Term, sharedPrefix: string): Term[] {
  const bucket = is("$.requestParameters.bucketName", bucketName);
  return sharedPrefix === "" ? [bucket] : [bucket, is("$.requestParameters.key", `${sharedPrefix}*`)];
}

function not(field: string, values: readonly string[]): Term {
  return anyOf([`(${field} NOT EXISTS)`, allOf(values.map((value) => is(field, value, "!=")))]);
}

/** No shorter beginning of a name stands for a caller: it would stand for nearly all of them. */
const SHORTEST_NAME = 4;

/**
 * The ways to name callers, from whole names to ever shorter beginnings, each of which may stand for several: first the two that
 * have most in common share one, and at last every role and user of the account counts as known.
 */
function shortened(callers: readonly string[]): string[][] {
  const ways = [[...new Set(callers)]];
  for (let known = ways[0] ?? []; known.length > 1; ) {
    const merged = mergeClosest(known);
    if (merged === undefined) break;
    known = merged;
    ways.push(known);
  }
  return [...ways, ["*:assumed-role/*", "*:user/*"]];
}

function mergeClosest(callers: readonly string[]): string[] | undefined {
  const pairs = callers.flatMap((one, index) =>
    callers.slice(index + 1).map((other) => ({ one, other, beginning: commonBeginning(one, other) })),
  );
  const closest = pairs
    .filter(({ beginning }) => beginning.length - (beginning.lastIndexOf("/") + 1) >= SHORTEST_NAME)
    .sort((a, b) => b.beginning.length - a.beginning.length)[0];
  if (closest === undefined) return undefined;
  const others = callers.filter((caller) => caller !== closest.one && caller !== closest.other);
  return [...others, `${closest.beginning}*`];
}

function commonBeginning(one: string, other: string): string {
  const [a, b] = [one, other].map((caller) => caller.replace(/\/?\*$/, "")) as [string, string];
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}

/** Longer ARNs are of users with a long path, which are recognized by the beginning of it: two of them fill a pattern. */
const LONGEST_CALLER = 160;

/** How a trail names the caller: a role by its sessions, whose ARN has the role's name without its path. */
function callerOf(arn: string): string {
  const [, role] = /:role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  if (role !== undefined) return `*:assumed-role/${role}/*`;
  return arn.length <= LONGEST_CALLER ? arn : `${arn.slice(0, LONGEST_CALLER)}*`;
}
