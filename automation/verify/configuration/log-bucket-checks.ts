import { logBucketStatements } from "../../../components/storage/access-log-bucket";
import { orAbsent } from "../../aws/aws-errors";
import { type Check, judge } from "../check";
import type { Aws } from "../clients";
import { askedStatements, comparePolicies, differenceWords, parsePolicy } from "../policies";
import { accountOf, repair, type Subject } from "../subject";
import { privacyCheck } from "./bucket-checks";

/** The bucket of the access logs, which tell who reads what, where the stack made one. */
export function logBucketChecks(subject: Subject, aws: Aws): Check[] {
  const { logBucket } = subject;
  return logBucket === undefined
    ? []
    : [
        privacyCheck(subject, aws, { id: "logs/public-access", bucket: logBucket }),
        policyCheck(subject, aws, logBucket),
      ];
}

function policyCheck(subject: Subject, { s3 }: Aws, Bucket: string): Check {
  return {
    id: "logs/policy",
    title: "The log bucket takes the logs of this bucket, and nobody reads them by its policy",
    needs: ["s3:GetBucketPolicy"],
    run: async () => {
      const answer = await orAbsent(
        s3.getBucketPolicy({ Bucket, ExpectedBucketOwner: subject.accountId }),
        "NoSuchBucketPolicy",
      );
      const asked = await askedStatements(
        logBucketStatements(`arn:${subject.partition}:s3:::${Bucket}`, {
          sourceBucketArn: subject.outputs.bucketArn,
          account: accountOf(subject),
        }),
      );
      const difference = comparePolicies(parsePolicy(answer?.Policy), asked);
      return judge(
        differenceWords(difference),
        `the ${asked.length} expected statements, and no other`,
        repair(subject),
      );
    },
  };
}
