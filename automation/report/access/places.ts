import type { Namer } from "../../plan/arn-names";
import { listOf } from "../../policy-document";
import type { ListedStatement } from "./statements";

/** Something that actions are allowed or refused on. */
export interface Place {
  /** The resource with the policy: "bucket X", "key alias/Y", "role Z". */
  readonly resource: string;
  /** What of it, for the page. */
  readonly label: string;
  /** An ARN of it, where a statement names one; of objects, one that stands for all of them. */
  readonly sample?: string;
  /** ARNs of all of it, as a statement writes them, where it is a part of a bucket's objects. */
  readonly pattern?: string;
  readonly kind: PlaceKind;
}

/** What may be done to: a column of the matrix. */
export type PlaceKind =
  | "objects"
  | "otherObjects"
  | "bucket"
  | "key"
  | "queue"
  | "topic"
  | "secret"
  | "role"
  | "other";

/** Actions that are judged wherever such a place is, since a reviewer asks for them first. */
export const usualActions: Readonly<Record<PlaceKind, readonly string[]>> = {
  objects: [
    "s3:PutObject",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectAcl",
  ],
  otherObjects: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
  bucket: [
    "s3:ListBucket",
    "s3:GetBucketLocation",
    "s3:PutBucketPolicy",
    "s3:PutLifecycleConfiguration",
    "s3:DeleteBucket",
  ],
  key: ["kms:Decrypt", "kms:GenerateDataKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"],
  queue: ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
  topic: ["sns:Publish", "sns:Subscribe"],
  secret: ["secretsmanager:GetSecretValue"],
  role: ["sts:AssumeRole"],
  other: [],
};

/** Every place that a statement allows something on, and of each bucket also the objects that no statement names. */
export function placesOf(statements: readonly ListedStatement[], name: Namer): Place[] {
  const places = new Map<string, Place>();
  const add = (place: Place) => {
    const key = `${place.resource}\n${place.label}`;
    const known = places.get(key);
    if (known?.sample === undefined) places.set(key, place);
  };
  for (const { kind, holder, statement } of statements) {
    if (kind === "trust") add({ resource: holder, label: holder, kind: "role" });
    if (kind === "resource") add(placeOf(holder, holder));
    if (statement.Effect !== "Allow" || kind === "trust") continue;
    for (const arn of listOf(statement.Resource).filter((each) => each.startsWith("arn:"))) {
      for (const place of placesOfArn(arn, name)) add(place);
    }
  }
  return [...places.values()];
}

function placesOfArn(arn: string, name: Namer): Place[] {
  const [, bucketArn, bucket, keys] = /^(arn:[\w-]+:s3:::([^/]+))(?:\/(.*))?$/.exec(arn) ?? [];
  if (bucketArn === undefined || bucket === undefined)
    return [{ ...placeOf(name(arn), name(arn)), sample: arn }];
  const resource = `bucket ${bucket}`;
  const whole: Place[] = [
    { resource, label: "The bucket itself", sample: bucketArn, kind: "bucket" },
    { resource, label: "Any other object", sample: `${bucketArn}/\u0000other`, kind: "otherObjects" },
  ];
  if (keys === undefined || keys === "*") return whole;
  const sample = `${bucketArn}/${keys.replaceAll("*", "example")}`;
  return [{ resource, label: `Objects ${keys}`, sample, pattern: arn, kind: "objects" }, ...whole];
}

const kinds: Readonly<Record<string, PlaceKind>> = {
  bucket: "bucket",
  key: "key",
  queue: "queue",
  topic: "topic",
  secret: "secret",
  role: "role",
};

function placeOf(resource: string, label: string): Place {
  const [kind = ""] = resource.split(" ");
  const known = kinds[kind] ?? "other";
  return { resource, label: known === "bucket" ? "The bucket itself" : label, kind: known };
}
