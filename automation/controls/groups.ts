import type { Control, ControlGroup } from "./control";
import { type Judged, NothingToJudge, NotMet } from "./evidence";
import { iamControls } from "./iam";
import { kmsControls, secretControls, snsControls, sqsControls } from "./messaging";
import { s3Controls } from "./s3";
import { changeControls, trailControls, watchControls } from "./trail";

/** The controls, by service. */
export const groups: readonly ControlGroup[] = [
  s3Controls,
  iamControls,
  sqsControls,
  snsControls,
  kmsControls,
  secretControls,
  trailControls,
  watchControls,
  changeControls,
];

/** How a control came out, and the evidence or the reason. */
export interface Judgement {
  readonly word: "met" | "not met" | "accepted" | "out of scope" | "not applicable";
  readonly why: string;
}

/** Judges a control by the resources of evaluated programs. */
export function judge({ verdict }: Control, judged: Judged): Judgement {
  if ("outOfScope" in verdict) return { word: "out of scope", why: verdict.outOfScope };
  const evidence = "accepted" in verdict ? verdict.unless : verdict.met;
  if (evidence === undefined && "accepted" in verdict) return { word: "accepted", why: verdict.accepted };
  try {
    return { word: "met", why: evidence?.(judged) ?? "" };
  } catch (error) {
    if (error instanceof NothingToJudge) return { word: "not applicable", why: error.message };
    if (!(error instanceof NotMet)) throw error;
    if ("accepted" in verdict) return { word: "accepted", why: verdict.accepted };
    return { word: "not met", why: error.message };
  }
}
