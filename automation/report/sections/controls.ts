import { nagExceptions } from "../../controls/cdk-nag";
import { checkovExceptions } from "../../controls/checkov";
import { groups, judge } from "../../controls/groups";
import { prowlerExceptions } from "../../controls/prowler";
import { guideLists } from "../guide";
import { html, prose } from "../page/html";
import { judgedOf, type ReportData } from "../report-data";
import { foldedAway, lines, paragraph, type Section, sentence, tally } from "./section";

/** The advice of the set-up guide, and how the stack stands to it. */
export function guideSection(data: ReportData): Section {
  return {
    id: "guide",
    title: "Best practices",
    body: html`<p>The lists of the set-up guide of the pipeline, and how this stack stands to each.</p>${guideLists(
      data,
    ).map(
      ({ heading, advice }) =>
        html`<h3>${heading}</h3>${lines(
          advice.map(({ text, word, why }) => ({ text, word, why: prose(sentence(why)) })),
        )}`,
    )}`,
  };
}

/** Public controls with this stack's own evidence, then what scanners find in production and why it stays. */
export function controlsSection(data: ReportData): Section {
  const judged = judgedOf(data);
  const all = groups.map(({ service, page, controls }) => ({
    service,
    page,
    controls: controls.map(({ id, title, ...control }) => ({
      id,
      title,
      ...judge({ id, title, ...control }, judged),
    })),
  }));
  const words = all.flatMap(({ controls }) => controls.map(({ word }) => word));
  return {
    id: "controls",
    title: "Public controls",
    body: html`<p>${`Controls of AWS Security Hub and two of the CIS AWS Foundations Benchmark, judged by this stack's resources: ${tally(words, ["met", "not met", "unknown", "accepted", "out of scope", "not applicable"])}.`}</p>${all.map(
      ({ service, controls }) =>
        html`<h3>${service}</h3>${lines(
          controls.map(({ id, title, word, why }) => ({
            name: id,
            text: title,
            word,
            why: prose(sentence(why)),
          })),
          "numbered",
        )}`,
    )}<h3>Findings of scanners</h3>${paragraph(
      "What three scanners find in a production stack with every setting, and why it stays. Every other finding fails the project's tests.",
    )}${scanner("checkov", checkovExceptions)}${scanner("cdk-nag", nagExceptions)}${scanner(
      "prowler",
      prowlerExceptions.map(({ check, ...rest }) => ({ id: check, ...rest })),
    )}`,
  };
}

interface Finding {
  readonly id: string;
  readonly asks?: string;
  readonly found: readonly string[];
  readonly reason: string;
}

function scanner(name: string, findings: readonly Finding[]) {
  return foldedAway(
    `${name}, ${findings.length} findings`,
    lines(
      findings.map(({ id, asks, found, reason }) => ({
        text: html`<strong>${id}</strong>${asks !== undefined && ` asks for ${asks}`}: ${found.join(", ")}`,
        why: prose(sentence(reason)),
      })),
    ),
  );
}
