import type * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";

/** Who may assume a role, and with which external ids. */
export interface Trust {
  /** The principals; mostly one. */
  readonly principalArns: readonly pulumi.Input<string>[];
  /** Patterns where `StringLike`, exact values where `StringEquals`. */
  readonly externalIds: readonly pulumi.Input<string>[];
  readonly match: "StringLike" | "StringEquals";
}

/**
 * A role's trust policy. Without trusted principals nobody can assume the role: AWS requires a statement, so it is a Deny.
 * The external id is what keeps other customers of the same vendor out:
 * docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
 */
export function trustPolicy(trust: Trust | undefined): iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [trust === undefined ? trustNobody : trustOne(trust)],
  };
}

/** Whom a role of Snowflake's trusts: nobody until Snowflake's user and the external id are both known. */
export function snowflakeTrust(
  iamUserArn: pulumi.Input<string> | undefined,
  externalId: pulumi.Input<string> | undefined,
): Trust | undefined {
  if (iamUserArn === undefined || externalId === undefined) return undefined;
  return { principalArns: [iamUserArn], externalIds: [externalId], match: "StringEquals" };
}

const trustNobody: iam.PolicyStatement = {
  Sid: "TrustNobodyYet",
  Effect: "Deny",
  Principal: { AWS: "*" },
  Action: "sts:AssumeRole",
};

function trustOne({ principalArns, externalIds, match }: Trust): iam.PolicyStatement {
  return {
    Sid: "AssumeWithExternalId",
    Effect: "Allow",
    Principal: { AWS: oneOrAll(principalArns) },
    Action: "sts:AssumeRole",
    Condition: { [match]: { "sts:ExternalId": oneOrAll(externalIds) } },
  };
}

/** IAM gives a list of one back as its item. */
function oneOrAll(values: readonly pulumi.Input<string>[]): pulumi.Input<string> | pulumi.Input<string>[] {
  const [first, ...others] = values;
  return first !== undefined && others.length === 0 ? first : [...values];
}
