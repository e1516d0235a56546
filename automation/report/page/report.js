// The page works without this: cells lead to the list of statements, and details open by themselves.

const dialog = document.getElementById("behind");
const dialogTitle = document.getElementById("behind-title");
const dialogStatements = document.getElementById("behind-statements");

/** Shows the statements behind a cell, each a copy of its entry in the list. */
function showBehind(cell) {
  dialogTitle.textContent = cell.getAttribute("aria-label");
  const numbers = cell.dataset.statements.split(" ").filter(Boolean);
  dialogStatements.replaceChildren(
    ...numbers.map((number) => {
      const copy = document.getElementById(`statement-${number}`).cloneNode(true);
      copy.removeAttribute("id");
      copy.open = true;
      return copy;
    }),
  );
  if (numbers.length === 0) {
    const note = document.createElement("p");
    note.textContent = "IAM refuses what no statement allows.";
    dialogStatements.append(note);
  }
  dialog.showModal();
}

/** One stop of the tab key for each table; the arrow keys go from cell to cell: w3.org/WAI/ARIA/apg/patterns/grid */
function asGrid(table) {
  table.setAttribute("role", "grid");
  const rows = [...table.querySelectorAll("tr")]
    .map((row) => [...row.querySelectorAll("a.cell")])
    .filter((cells) => cells.length > 0);
  const at = (row, column) => rows[row]?.[column];
  const enter = (cell) => {
    for (const other of rows.flat()) other.tabIndex = other === cell ? 0 : -1;
  };
  const first = at(0, 0);
  if (first) enter(first);
  rows.forEach((cells, row) => {
    cells.forEach((cell, column) => {
      const steps = {
        ArrowRight: at(row, column + 1),
        ArrowLeft: at(row, column - 1),
        ArrowDown: at(row + 1, column),
        ArrowUp: at(row - 1, column),
        Home: cells[0],
        End: cells.at(-1),
      };
      cell.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in steps)) return;
        event.preventDefault();
        const next = steps[event.key];
        if (!next) return;
        enter(next);
        next.focus();
      });
      cell.addEventListener("focus", () => enter(cell));
      cell.addEventListener("click", (event) => {
        event.preventDefault();
        showBehind(cell);
      });
    });
  });
}

for (const table of document.querySelectorAll("table.matrix")) asGrid(table);

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

/** A link into closed details opens them. */
function openTarget() {
  const target = location.hash === "" ? null : document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();

/** Paper shows everything; what was closed is closed again afterwards. */
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
});
