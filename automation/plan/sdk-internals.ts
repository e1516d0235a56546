/** The monitor that stands for an engine where a program is mocked. */
export { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
