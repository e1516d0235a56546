import { pictures } from "../diagram/picture";
import { graphInWords, pipelineGraph } from "../diagram/pipeline-graph";
import { html } from "../page/html";
import type { ReportData } from "../report-data";
import type { Section } from "./section";

/** The way of a file, with this stack's names. */
export async function diagramSection({ settings, outputs, plan }: ReportData): Promise<Section> {
  const graph = pipelineGraph({ settings, outputs, resources: plan.resources });
  return {
    id: "pipeline",
    title: "The pipeline",
    body: html`<figure class="diagram">${await pictures(graph, graphInWords(graph))}</figure>`,
  };
}
