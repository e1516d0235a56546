import { instance } from "@viz-js/viz";
import { Html, html } from "../page/html";
import { dotOf, type Graph } from "./graph";

/** The graph as two pictures of SVG, for wide and for narrow pages; the page shows one of them. */
export async function pictures(graph: Graph, description: string): Promise<Html> {
  const viz = await instance();
  const picture = (direction: "LR" | "TB", name: string) => {
    const svg = viz.renderString(dotOf(graph, direction), { format: "svg" });
    return html`<div class="picture ${name}" role="img" aria-label="${description}">${inline(svg)}</div>`;
  };
  return html`${picture("LR", "wide")}${picture("TB", "narrow")}`;
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
      .replace("<svg ", '<svg aria-hidden="true" focusable="false" '),
  );
}
