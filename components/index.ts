/** What Pulumi programs of other projects import: the component with its arguments, or the whole program by settings. */

export {
  type AccessKeyArgs,
  AccessKeyStatus,
  type AlertEmailArgs,
  BraintrustPermissions,
  type CostTagArgs,
  type CrossAccountReaderArgs,
  Encryption,
  EventsMode,
  type IamArgs,
  type LifecycleArgs,
  LifecycleProfile,
  ManagementEvents,
  type NetworkArgs,
  type ObjectLockArgs,
  ObjectLockMode,
  PublicAccessBlock,
  type ReplicationArgs,
  SnowflakeAccess,
  type StreamArgs,
} from "./arguments";
export type { PhysicalNames } from "./physical-names";
export { ExportPipeline } from "./pipeline/pipeline";
export type { ExportPipelineArgs } from "./pipeline/pipeline-args";
export { deployPipeline } from "./program";
export { SharedBucketProvider } from "./storage/shared-bucket";
