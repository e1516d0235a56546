import { type ResourceRule, UNKNOWN } from "../rule";

/** Keys that AWS can rotate: symmetric ones with material of its own. */
const rotatable: readonly unknown[] = [undefined, "SYMMETRIC_DEFAULT", UNKNOWN];

/** Keys are rotated every year at least. */
export const keyRotation: ResourceRule = {
  name: "key-rotation",
  description: "KMS keys are rotated every year at least.",
  fix: "Set enableKeyRotation to true, and rotationPeriodInDays to 365 or fewer.",
  *check({ type, properties }) {
    if (type !== "aws:kms/key:Key" || !rotatable.includes(properties.customerMasterKeySpec)) return;
    const { enableKeyRotation: rotates, rotationPeriodInDays: period } = properties;
    if (rotates !== true && rotates !== UNKNOWN) yield "enableKeyRotation is not on";
    if (typeof period === "number" && period > 365) yield `rotationPeriodInDays is ${period}`;
  },
};
