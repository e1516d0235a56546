/** The SDK that all of this was checked against: what it declares to nobody may change with any version. */
export const CHECKED_SDK = "3.270.0";

/** The monitor that stands for an engine where a program is mocked. */
export { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
