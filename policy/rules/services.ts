import { principalsOf } from "../../automation/policy-document";
import { demands, isFixed } from "../conditions";
import { allowedBy, named } from "../documents";
import type { ResourceRule } from "../rule";

/** What says for whom a service acts: docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html */
const sourceKeys = [
  "aws:sourcearn",
  "aws:sourceaccount",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "kms:encryptioncontext:*",
  "kms:viaservice",
];

/** An AWS service reaches a resource only for this account's own bucket, trail or alarm. */
export const servicesBySource: ResourceRule = {
  name: "services-by-source",
  description: "AWS services act on a resource only for a given account or source.",
  fix: "Demand a fixed aws:SourceArn or aws:SourceAccount.",
  *check(resource) {
    for (const statement of allowedBy(resource, "resource")) {
      const { Service: services = [] } = principalsOf(statement.Principal);
      if (services.length > 0 && !demands(statement, sourceKeys, isFixed)) {
        yield `${named(statement)} lets ${services.join(", ")} act for any account`;
      }
    }
  },
};
