import type { NotificationConfiguration, S3 } from "@aws-sdk/client-s3";

/**
 * Has the emulator, which compares filters as they are written, compare them as S3 does: S3 wants the special characters of a
 * filter URL-encoded, and compares keys with what they decode to. It assumes that a filter with one of them in plain text matches
 * no key, as github.com/aws/aws-cdk/pull/28012 reports of `=`; AWS says only that they must be encoded. Safe characters are letters,
 * digits, the slash and `! - _ . * ' ( )`: object-keys.html in the same guide.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export async function decodeFilters(s3: S3, Bucket: string): Promise<void> {
  const { $metadata, ...live } = await s3.getBucketNotificationConfiguration({ Bucket });
  await s3.putBucketNotificationConfiguration({
    Bucket,
    NotificationConfiguration: decoded(live),
  });
}

/** A configuration whose literal filters match what those of `encoded` match in S3. */
function decoded(encoded: NotificationConfiguration): NotificationConfiguration {
  return {
    ...encoded,
    QueueConfigurations: encoded.QueueConfigurations?.map(literal),
    TopicConfigurations: encoded.TopicConfigurations?.map(literal),
  };
}

type Filtered = {
  readonly Filter?: NonNullable<NotificationConfiguration["QueueConfigurations"]>[number]["Filter"];
};

function literal<Configuration extends Filtered>(configuration: Configuration): Configuration {
  const FilterRules = configuration.Filter?.Key?.FilterRules?.map(({ Name, Value = "" }) => ({
    Name,
    Value: matched(Value),
  }));
  return FilterRules === undefined ? configuration : { ...configuration, Filter: { Key: { FilterRules } } };
}

/** No key of a test has it. */
const NO_KEY = "no key/";

function matched(value: string): string {
  return /^(?:[\w!.*'()/-]|%[0-9A-F]{2})*$/i.test(value) ? decodeURIComponent(value) : NO_KEY;
}
