import { isDeepStrictEqual } from "node:util";
import type { ReplicationRule } from "@aws-sdk/client-s3";
import { replicationRule } from "../../../components/access/replication";
import { orAbsent } from "../../aws/aws-errors";
import { type Check, judge } from "../check";
import type { Aws } from "../clients";
import { settled } from "../policies";
import { repair, type Subject } from "../subject";

/** The replication of the exports, where there is one. Whether the destination takes the replicas, its owner alone can see. */
export function replicationChecks(subject: Subject, { s3 }: Aws): Check[] {
  const { settings, outputs, accountId } = subject;
  const { replication: destination, exportPrefix } = settings;
  if (destination === undefined) return [];
  return [
    {
      id: "bucket/replication",
      title: `New exports are replicated to ${destination.bucketArn}`,
      needs: ["s3:GetReplicationConfiguration"],
      run: async () => {
        const answer = await orAbsent(
          s3.getBucketReplication({ Bucket: outputs.bucketName, ExpectedBucketOwner: accountId }),
          "ReplicationConfigurationNotFoundError",
        );
        const { Role = "none", Rules = [] } = answer?.ReplicationConfiguration ?? {};
        const asked = await settled(
          replicationRule({ destination, exportPrefix, kmsKeyArn: outputs.kmsKeyArn }),
        );
        const rules = isDeepStrictEqual(Rules.map(ruleShape), [asked]);
        return judge(
          [
            ...(rules ? [] : [`rules: ${JSON.stringify(Rules)}, expected ${JSON.stringify([asked])}`]),
            ...(Role === outputs.replicationRoleArn
              ? []
              : [`role: ${Role}, expected ${outputs.replicationRoleArn}`]),
          ],
          "the one rule of this stack, by its role",
          repair(subject),
        );
      },
    },
  ];
}

/** A rule as the program spells it, without what is absent. What the program never sets is kept, and so stands out. */
function ruleShape({ ID, ...rule }: ReplicationRule): unknown {
  const spelled = (value: unknown): unknown =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([name, inner]) => [
            name === "ReplicaKmsKeyID" ? "replicaKmsKeyId" : `${name[0]?.toLowerCase()}${name.slice(1)}`,
            spelled(inner),
          ]),
        )
      : value;
  return JSON.parse(JSON.stringify({ id: ID, ...Object(spelled(rule)) }));
}
