import { type PhysicalNames, physicalNames } from "../physical-names";
import type { Settings } from "./settings";

/** Names in AWS of what a stack with these settings creates. */
export function namesOf(settings: Settings): PhysicalNames {
  return physicalNames(settings.stack, givenNames(settings));
}

/** Those that the settings give; the others end in the stack's name. */
export function givenNames({ iam, events, auditTrail }: Settings): Partial<PhysicalNames> {
  const { exportPolicy, readPolicy, ...roles } = iam.names;
  const named = {
    ...roles,
    braintrustPolicy: exportPolicy,
    snowflakePolicy: readPolicy,
    eventQueue: events.queueName,
    eventTopic: events.topicName,
    auditTrail: auditTrail.name,
  };
  return Object.fromEntries(Object.entries(named).filter(([, name]) => name !== undefined));
}
