import { visibleJson } from "../../terminal/visible";

/** A box of the diagram. */
export interface Node {
  readonly id: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** Its names, a line each. */
  readonly lines: readonly string[];
  /** Whose it is: it gives the box its colour. */
  readonly owner: "braintrust" | "stack" | "snowflake" | "guard";
  readonly shape?: "store";
}

/** An arrow of the diagram. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** Of what watches or protects, and no file takes. */
  readonly isAside?: boolean;
  /** In the narrow picture its end stands below this box, where beside others it would make the picture wide. */
  readonly below?: string;
}

/** What the diagram shows. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** Characters of a line in a box: longer names continue in the next. */
const LINE = 30;

/** The graph in Graphviz' language: graphviz.org/doc/info/lang.html. `LR` is for wide pages, `TB` for narrow ones. */
export function dotOf({ nodes, edges }: Graph, direction: "LR" | "TB"): string {
  const [nodesep, ranksep] = direction === "LR" ? [0.3, 0.35] : [0.25, 0.35];
  return [
    "digraph {",
    `graph [rankdir=${direction}, bgcolor=transparent, nodesep=${nodesep}, ranksep=${ranksep}, pad=0.1]`,
    'node [shape=box, style=rounded, margin="0.16,0.09", fontname=Helvetica, fontsize=14]',
    "edge [fontname=Helvetica, fontsize=13, arrowsize=0.7]",
    ...nodes.map(nodeLine),
    ...edges.flatMap((edge) => edgeLines(edge, direction)),
    "}",
  ].join("\n");
}

function nodeLine({ id, title, lines, owner, shape }: Node): string {
  const rows = [`<b>${labelText(title)}</b>`, ...lines.flatMap(folded).map(labelText)];
  const look = shape === "store" ? ', shape=cylinder, style="", margin="0.18,0.12"' : "";
  return `${quoted(id)} [class=${owner}, label=<${rows.join("<br/>")}>${look}]`;
}

function edgeLines({ from, to, label, isAside, below }: Edge, direction: "LR" | "TB"): string[] {
  const moved = direction === "TB" ? below : undefined;
  const look = isAside ? "class=aside, style=dashed" : "class=flow";
  // The space keeps a label off the arrow that it stands beside.
  const text = `&#160;${labelText(label)}`;
  return [
    `${quoted(from)} -> ${quoted(to)} [${look}, constraint=${moved === undefined}, label=<${text}>]`,
    ...(moved === undefined ? [] : [`${quoted(moved)} -> ${quoted(to)} [style=invis]`]),
  ];
}

function quoted(id: string): string {
  return `"${id.replace(/["\\]/g, "_")}"`;
}

function labelText(text: string): string {
  return visibleJson(text).replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);
}

/** A name over several lines, after a separator where there is one. */
function folded(name: string): string[] {
  if (name.length <= LINE) return [name];
  const cut = Math.max(...["-", "_", "/", ".", ":", " "].map((mark) => name.lastIndexOf(mark, LINE - 1)));
  const end = cut > LINE / 2 ? cut + 1 : LINE;
  return [name.slice(0, end), ...folded(name.slice(end))];
}
