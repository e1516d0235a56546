import { filledIn } from "../harness";

/** Production's settings with nothing awaited, and with leave to be destroyed. */
export const prod = { ...filledIn, protect: false, forceDestroy: true };
