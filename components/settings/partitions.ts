/** AWS partitions the program deploys to. */
export type Partition =
  | "aws"
  | "aws-us-gov"
  | "aws-cn"
  | "aws-eusc"
  | "aws-iso"
  | "aws-iso-b"
  | "aws-iso-e"
  | "aws-iso-f";

interface PartitionFacts {
  /** Regions, those that are still to come as well. */
  readonly regions: RegExp;
  /** End of the names of its endpoints. */
  readonly dnsSuffix: string;
  /** Host of its console. */
  readonly console: string;
}

const direction = "(central|(north|south)(east|west)?|east|west)";
const regions = (area: string) => new RegExp(`^${area}-${direction}-\\d$`);

/**
 * As the AWS SDKs have them, partitions.json of botocore. Consoles as AWS's pages link to them; those of the isolated
 * partitions, which no page shows, by the hosts of their sign-in that the SDKs have.
 */
const partitions: Readonly<Record<Partition, PartitionFacts>> = {
  aws: {
    regions: regions("(us|eu|ap|sa|ca|me|af|il|mx)"),
    dnsSuffix: "amazonaws.com",
    console: "console.aws.amazon.com",
  },
  "aws-us-gov": {
    regions: regions("us-gov"),
    dnsSuffix: "amazonaws.com",
    console: "console.amazonaws-us-gov.com",
  },
  "aws-cn": { regions: regions("cn"), dnsSuffix: "amazonaws.com.cn", console: "console.amazonaws.cn" },
  "aws-eusc": {
    regions: regions("eusc-de"),
    dnsSuffix: "amazonaws.eu",
    console: "console.amazonaws-eusc.eu",
  },
  "aws-iso": { regions: regions("us-iso"), dnsSuffix: "c2s.ic.gov", console: "console.c2shome.ic.gov" },
  "aws-iso-b": {
    regions: regions("us-isob"),
    dnsSuffix: "sc2s.sgov.gov",
    console: "console.sc2shome.sgov.gov",
  },
  "aws-iso-e": {
    regions: regions("eu-isoe"),
    dnsSuffix: "cloud.adc-e.uk",
    console: "console.csphome.adc-e.uk",
  },
  "aws-iso-f": {
    regions: regions("us-isof"),
    dnsSuffix: "csp.hci.ic.gov",
    console: "console.csphome.hci.ic.gov",
  },
};

const names = Object.keys(partitions) as Partition[];

/** The partitions as alternatives of a pattern. */
export const partitionNames = names.join("|");

/** Partition of a region, by its name; `undefined` where no partition has such regions. */
export function knownPartition(region: string): Partition | undefined {
  return names.find((name) => partitions[name].regions.test(region));
}

/** Partition of a region that has been checked; where none is named yet, of most. */
export function partitionOf(region: string): Partition {
  return knownPartition(region) ?? "aws";
}

/** End of the names of a partition's endpoints, `amazonaws.com` in most. */
export function dnsSuffix(partition: string): string {
  return factsOf(partition).dnsSuffix;
}

/** Host of a partition's console. */
export function consoleHost(partition: string): string {
  return factsOf(partition).console;
}

/**
 * Services that report alarms, budgets and cost anomalies there. GovCloud has neither Budgets nor Cost Explorer (`costConflicts`), and AWS
 * may refuse a policy that names a service which it does not have.
 */
export function alertServices(partition: string): string[] {
  const alarms = ["cloudwatch.amazonaws.com"];
  return partition === "aws-us-gov"
    ? alarms
    : [...alarms, "budgets.amazonaws.com", "costalerts.amazonaws.com"];
}

function factsOf(partition: string): PartitionFacts {
  return partitions[names.find((name) => name === partition) ?? "aws"];
}
