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
  /** In the wide picture its end stands below its start, where another column would make all letters smaller. */
  readonly isDownward?: boolean;
  /** In the narrow picture its end stands below all others and says by itself where it belongs: an arrow around all else would make the letters small. */
  readonly isLast?: boolean;
}

/** What the diagram shows. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** Characters of a line in a box: longer names continue in the next. */
const LINE = { LR: 30, TB: 22 } as const;

/** The graph in Graphviz' language: graphviz.org/doc/info/lang.html. `LR` is for wide pages, `TB` for narrow ones. */
export function dotOf({ nodes, edges }: Graph, direction: "LR" | "TB"): string {
  const [nodesep, ranksep] = direction === "LR" ? [0.3, 0.35] : [0.25, 0.35];
  return [
    "digraph {",
    `graph [rankdir=${direction}, bgcolor=transparent, nodesep=${nodesep}, ranksep=${ranksep}, pad=0.1]`,
    'node [shape=box, style=rounded, margin="0.16,0.09", fontname=Helvetica, fontsize=14]',
    "edge [fontname=Helvetica, fontsize=13, arrowsize=0.7]",
    ...nodes.map((node) => {
      const last = direction === "TB" ? edges.find(({ to, isLast }) => isLast && to === node.id) : undefined;
      return nodeLine(node, LINE[direction], last && `bucket, ${last.label}`);
    }),
    ...edges.flatMap((edge) =>
      edge.isLast && direction === "TB"
        ? [`${quoted(before(edge, edges))} -> ${quoted(edge.to)} [style=invis]`]
        : edgeLines(edge, direction),
    ),
    "}",
  ].join("\n");
}

function nodeLine({ id, title, lines, owner, shape }: Node, most: number, above?: string): string {
  const rows = [
    ...(above === undefined ? [] : [labelText(above)]),
    `<b>${labelText(title)}</b>`,
    ...lines.flatMap((line) => folded(line, most)).map(labelText),
  ];
  const look = shape === "store" ? ', shape=cylinder, style="", margin="0.18,0.12"' : "";
  return `${quoted(id)} [class=${owner}, label=<${rows.join("<br/>")}>${look}]`;
}

function edgeLines({ from, to, label, isAside, isDownward }: Edge, direction: "LR" | "TB"): string[] {
  const look = isAside ? "class=aside, style=dashed" : "class=flow";
  // The space keeps a label off the arrow that it stands beside.
  const text = `&#160;${labelText(label)}`;
  return [
    `${quoted(from)} -> ${quoted(to)} [${look}, label=<${text}>]`,
    ...(isDownward && direction === "LR" ? [`{ rank=same; ${quoted(from)}; ${quoted(to)} }`] : []),
  ];
}

/** Where the last boxes begin in the narrow picture: below this one. */
const MAIN_END = "snowflake";

/** The box below which the end of one of the last edges stands. */
function before(edge: Edge, edges: readonly Edge[]): string {
  const last = edges.filter(({ isLast }) => isLast);
  return last[last.indexOf(edge) - 1]?.to ?? MAIN_END;
}

function quoted(id: string): string {
  return `"${id.replace(/["\\]/g, "_")}"`;
}

function labelText(text: string): string {
  return visibleJson(text).replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);
}

/** A name over several lines, after a separator where there is one. */
function folded(name: string, most: number): string[] {
  if (name.length <= most) return [name];
  const cut = Math.max(...["-", "_", "/", ".", ":", " "].map((mark) => name.lastIndexOf(mark, most - 1)));
  const end = cut > most / 3 ? cut + 1 : most;
  return [name.slice(0, end), ...folded(name.slice(end), most)];
}
