import { auditNames } from "../../../components/audit/audit-names";
import { namesOf } from "../../../components/settings/names";
import { hasOwnAlertTopic, hasOwnTrail } from "../../../components/settings/settings";
import { keyStatements } from "../../../components/storage/key-policy";
import type { Statement } from "../../policy-document";
import { type Check, judge } from "../check";
import type { Aws } from "../clients";
import { askedStatements, comparePolicies, differenceWords, parsePolicy } from "../policies";
import { accountOf, repair, type Subject } from "../subject";

/** The key of the exports, where they have one; how it rotates and whom it serves, where it is the stack's own. */
export function keyChecks(subject: Subject, aws: Aws): Check[] {
  const { kmsKeyArn } = subject.outputs;
  if (kmsKeyArn === undefined) return [];
  const state = stateCheck(aws, kmsKeyArn);
  const { ownKeyArn } = subject;
  if (ownKeyArn === undefined) return [state];
  return [state, rotationCheck(subject, aws, ownKeyArn), policyCheck(subject, aws, ownKeyArn)];
}

function stateCheck({ kms }: Aws, keyArn: string): Check {
  return {
    id: "key/state",
    title: "The key is in use",
    needs: ["kms:DescribeKey"],
    run: async () => {
      const { KeyMetadata } = await kms.describeKey({ KeyId: keyArn });
      const state = KeyMetadata?.KeyState ?? "unknown";
      return judge(
        state === "Enabled" ? [] : [`the key is ${state}: no object under it can be read`],
        "enabled",
        "cancel its deletion (`aws kms cancel-key-deletion`) or enable it (`aws kms enable-key`) at once",
      );
    },
  };
}

function rotationCheck(subject: Subject, { kms }: Aws, keyArn: string): Check {
  return {
    id: "key/rotation",
    title: "The key rotates every year",
    needs: ["kms:GetKeyRotationStatus"],
    run: async () => {
      const { KeyRotationEnabled } = await kms.getKeyRotationStatus({ KeyId: keyArn });
      return judge(KeyRotationEnabled === true ? [] : ["rotation is off"], "rotation is on", repair(subject));
    },
  };
}

function policyCheck(subject: Subject, { kms }: Aws, keyArn: string): Check {
  const { settings, outputs, writerArn, readerArn } = subject;
  const { auditTrail } = namesOf(settings);
  const account = accountOf(subject);
  return {
    id: "key/policy",
    title: "The key is for the writer and the readers alone, through S3",
    needs: ["kms:GetKeyPolicy"],
    run: async () => {
      const { Policy } = await kms.getKeyPolicy({ KeyId: keyArn, PolicyName: "default" });
      const asked = await askedStatements(
        keyStatements({
          keyArn,
          account,
          bucketArn: outputs.bucketArn,
          writerArn,
          readerArns: [
            readerArn,
            ...settings.crossAccountReaders.map(({ arn }) => arn),
            ...(outputs.replicationRoleArn === undefined ? [] : [outputs.replicationRoleArn]),
          ],
          encryptsTopic: settings.events.mode === "sns",
          encryptsAlerts: hasOwnAlertTopic(settings),
          audit: hasOwnTrail(settings) ? auditNames(auditTrail, settings.stack, account) : undefined,
        }),
      );
      return judge(
        differenceWords(comparePolicies(onKey(parsePolicy(Policy), keyArn), onKey(asked, keyArn))),
        `the ${asked.length} expected statements, and no other`,
        repair(subject),
      );
    },
  };
}

/** In a key policy the resource "*" is the key itself: docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html */
function onKey(statements: readonly Statement[], keyArn: string): Statement[] {
  return statements.map((statement) =>
    statement.Resource === "*" ? { ...statement, Resource: keyArn } : statement,
  );
}
