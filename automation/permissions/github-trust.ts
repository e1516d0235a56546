import { UsageError } from "../errors";

/** The trust policy of a role for CI. */
export interface TrustDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly object[];
}

const ISSUER = "token.actions.githubusercontent.com";

/**
 * Lets the environment of the stack's name sign in, and nobody else:
 * docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services
 *
 * @throws UsageError without a repository, or with one that is a pattern: every branch or repository could sign in.
 */
export function githubTrust({
  partition,
  accountId,
  stack,
  repository,
}: {
  readonly partition: string;
  readonly accountId: string;
  readonly stack: string;
  readonly repository?: string | undefined;
}): TrustDocument {
  if (repository === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    const given = repository === undefined ? "is missing" : `${repository}: must be one repository`;
    throw new UsageError(`--repository ${given}; give owner/name, as in its address on GitHub`);
  }
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:${partition}:iam::${accountId}:oidc-provider/${ISSUER}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: "sts.amazonaws.com",
            [`${ISSUER}:sub`]: `repo:${repository}:environment:${stack}`,
          },
        },
      },
    ],
  };
}
