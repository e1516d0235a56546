import type { Control, ControlGroup } from "./control";
import { type Evidence, type Judged, NothingToJudge, NotKnown, NotMet } from "./evidence";
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
  readonly word: "met" | "not met" | "accepted" | "unknown" | "out of scope" | "not applicable";
  readonly why: string;
}

/** Judges a control by the resources of evaluated programs. */
export function judge({ verdict }: Control, judged: Judged): Judgement {
  if ("met" in verdict) {
    const { met, beyond, unless } = verdict;
    const judgement = proven(met, judged);
    if (judgement.word !== "met" || beyond === undefined) return judgement;
    if (unless !== undefined && proven(unless, judged).word !== "not met") return judgement;
    return { word: "accepted", why: `${judgement.why}; ${beyond}` };
  }
  const otherwise: Judgement =
    "accepted" in verdict
      ? { word: "accepted", why: verdict.accepted }
      : { word: "out of scope", why: verdict.outOfScope };
  if (verdict.unless === undefined) return otherwise;
  const judgement = proven(verdict.unless, judged);
  const isLeft = "accepted" in verdict ? judgement.word === "not met" : judgement.word === "not applicable";
  return isLeft ? otherwise : judgement;
}

function proven(evidence: Evidence, judged: Judged): Judgement {
  try {
    return { word: "met", why: evidence(judged) };
  } catch (error) {
    if (error instanceof NothingToJudge) return { word: "not applicable", why: error.message };
    if (error instanceof NotKnown) return { word: "unknown", why: error.message };
    if (error instanceof NotMet) return { word: "not met", why: error.message };
    throw error;
  }
}
