import { filledIn } from "../harness";
import type { FaultyStack } from "./matrix";

/** Prod as it comes, but for what keeps a test from deleting it. */
export const prod: FaultyStack = {
  stack: "prod",
  settings: { ...filledIn, protect: false, forceDestroy: true },
  // Three times as many resources as dev has.
  shares: 17,
};
