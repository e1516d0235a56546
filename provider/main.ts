import "../compile-cache";
import { S3 } from "@aws-sdk/client-s3";
import { clientSettings, pathStyle } from "../automation/aws/client-settings";
import { SHARED_NOTIFICATION, SHARED_POLICY } from "../components/storage/share-names";
import { components } from "./components";
import type { Properties } from "./resource-kind";
import { serve } from "./server";
import { sharedNotification } from "./shared-notification";
import { sharedPolicy } from "./shared-policy";

serve((configuration) => {
  const s3 = clientOf(configuration);
  return {
    [SHARED_NOTIFICATION]: sharedNotification(s3),
    [SHARED_POLICY]: sharedPolicy(s3),
  };
}, components);
endWithEngine(process.ppid);

/** An engine that is killed does not end its plugins. */
function endWithEngine(engine: number): void {
  setInterval(() => {
    if (process.ppid !== engine) process.exit();
  }, 1_000).unref();
}

/** S3 as the AWS provider reaches it: the configuration is what that has, by the same keys. */
function clientOf(configuration: Properties): S3 {
  const entries = Object.entries(configuration).map(([key, value]) => [`aws:${key}`, value]);
  const file = {
    values: Object.fromEntries(entries),
    environmentRegion: process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION,
  };
  return new S3({ ...clientSettings(file, "s3"), forcePathStyle: pathStyle(file) });
}
