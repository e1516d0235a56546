import { instance } from "@viz-js/viz";
import { Html, html } from "../page/html";
import { dotOf, type Graph } from "./graph";

let graphviz: ReturnType<typeof instance> | undefined;

/** The graph as two pictures of SVG, for wide and for narrow pages; the page shows one of them. */
export async function pictures(graph: Graph, description: string): Promise<Html> {
  graphviz ??= instance();
  const viz = await graphviz;
  const picture = (direction: "LR" | "TB", name: string) => {
    const svg = viz.renderString(dotOf(graph, direction), { format: "svg" });
    return html`<div class="picture ${name}" role="img" aria-label="${description}">${inline(svg)}</div>`;
  };
  return html`${picture("LR", "wide")}${picture("TB", "narrow")}`;
}

/** A box of the diagram, and where a line of text in it begins. */
const NODE = /<g class="node[^"]*">[\s\S]*?<\/g>/g;
const LINE_START = /text-anchor="start" x="(-?[\d.]+)"/g;

/**
 * Lines of a box keep the width that Graphviz has counted for Helvetica, whatever font there is: another would let them stick out. A line
 * stands in the middle of its box, so its start tells its width.
 */
function fitted(node: string): string {
  const outline = /(?: d| points)="([^"]*)"/.exec(node)?.[1] ?? "";
  const xs = [...outline.matchAll(/(-?[\d.]+),-?[\d.]+/g)].map(([, x]) => Number(x));
  const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  return node.replace(
    LINE_START,
    (_, x) =>
      `text-anchor="middle" x="${middle.toFixed(2)}" textLength="${(2 * (middle - x)).toFixed(2)}" lengthAdjust="spacingAndGlyphs"`,
  );
}

/**
 * The element alone, without the names that a browser would show as tooltips, and without ids, which two pictures would share. Text
 * of a label has no `<` and no quote left in it, so that neither pattern can match there.
 */
function inline(svg: string): Html {
  const element = svg.slice(svg.indexOf("<svg"));
  return new Html(
    element
      .replace(/<!--[\s\S]*?-->\n?/g, "")
      .replace(/<title>[^<]*<\/title>\n?/g, "")
      .replace(/ id="[^"]*"/g, "")
      .replace(/ xml:space="preserve"/g, "")
      .replace(NODE, fitted)
      .replace("<svg ", '<svg aria-hidden="true" focusable="false" '),
  );
}
