import type { StackFile } from "../project/stack-file";
import { type Grant, type Place, regional } from "./grant";

/** Where the engine has a stack's state, and what encrypts its secrets. */
export interface StatePlace extends Pick<StackFile, "secretsProvider" | "environmentRegion"> {
  readonly backendUrl: string | undefined;
}

/**
 * What the engine needs for the state and for the key of its secrets, where they are in AWS. They are policies of their own: the
 * engine reaches both as whoever runs the command, and the stack's resources as the identity of `aws:profile` or `aws:assumeRoles`.
 */
export function stateGrants(state: StatePlace, place: Place): Grant[] {
  return [...backendGrants(state, place), ...secretsGrants(state, place)];
}

/** The calls of gocloud.dev's blob/s3blob, on what Pulumi's pkg/backend/diy writes. */
function backendGrants({ backendUrl = "", environmentRegion }: StatePlace, place: Place): Grant[] {
  const [, bucket, folder = "", query] = /^s3:\/\/([^/?]+)([^?]*)(?:\?(.*))?$/.exec(backendUrl) ?? [];
  if (bucket === undefined) return [];
  const arn = `arn:${place.partition}:s3:::${bucket}`;
  const below = folder.replace(/^\/+/, "").replace(/([^/])$/, "$1/");
  const options = new URLSearchParams(query);
  const kmsKey = options.get("kmskeyid");
  const region = options.get("region") ?? environmentRegion ?? place.region;
  return [
    // On the whole bucket: without it S3 answers 403 instead of 404 where there is no file, and no prefix comes with that call.
    { read: ["s3:ListBucket"], write: [], resources: [arn] },
    {
      read: ["s3:GetObject"],
      write: ["s3:DeleteObject", "s3:PutObject"],
      resources: [`${arn}/${below}.pulumi/*`],
    },
    ...(kmsKey === null
      ? []
      : [{ read: ["kms:Decrypt"], write: ["kms:GenerateDataKey"], ...keyOf(kmsKey, { ...place, region }) }]),
  ];
}

/** The stack's data key is encrypted once, when the stack is created, and decrypted by each command: Pulumi's pkg/secrets/cloud/manager.go */
function secretsGrants({ secretsProvider = "", environmentRegion }: StatePlace, place: Place): Grant[] {
  const [, key, query] = /^awskms:\/\/\/?([^?]+)(?:\?(.*))?$/.exec(secretsProvider) ?? [];
  if (key === undefined) return [];
  const region = new URLSearchParams(query).get("region") ?? environmentRegion ?? place.region;
  return [{ read: ["kms:Decrypt"], write: ["kms:Encrypt"], ...keyOf(key, { ...place, region }) }];
}

/** A key by its id, its alias or the ARN of either. */
function keyOf(key: string, place: Place): Pick<Grant, "resources" | "condition"> {
  const [scope = regional(place, "kms", "")] = /^arn:[^:]+:kms:[^:]+:\d+:/.exec(key) ?? [];
  const name = key.startsWith(scope) ? key.slice(scope.length) : key;
  if (!name.startsWith("alias/")) return { resources: [`${scope}key/${name.replace(/^key\//, "")}`] };
  // No policy takes an alias for its key: docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
  const condition = { "ForAnyValue:StringEquals": { "kms:ResourceAliases": name } };
  return { resources: [`${scope}key/*`], condition };
}
