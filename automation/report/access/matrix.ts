import { type Namer, namer } from "../../plan/arn-names";
import type { PlannedResource } from "../../plan/evaluation";
import { listOf } from "../../policy-document";
import { ANYONE, type Decision, decide, type Principal, principalLabels } from "./decision";
import { type Place, placesOf, usualActions } from "./places";
import { identityLabel, type ListedStatement, listStatements } from "./statements";

/** Stands for all roles, which share a table. */
export const ROLES = "roles";

/** Who may do what with one resource. */
export interface ResourceMatrix {
  /** "bucket X", "key Y", or {@link ROLES}. */
  readonly resource: string;
  readonly columns: readonly Column[];
  readonly places: readonly { readonly place: Place; readonly rows: readonly Row[] }[];
}

/** One of the stack's identities, or others that may do the same here. */
export interface Column {
  readonly principals: readonly Principal[];
}

/** Actions of which the same is true, and what each column's principals come to with them. */
export interface Row {
  readonly actions: readonly string[];
  readonly decisions: readonly Decision[];
}

/** Who may do what with everything that the stack's policies are about. */
export interface AccessMatrix {
  readonly resources: readonly ResourceMatrix[];
  readonly statements: readonly ListedStatement[];
}

/** Decides every action on every place for every principal, from the policies of a plan; the identities in `first` have the first columns. */
export function accessMatrix(
  resources: readonly PlannedResource[],
  first: readonly string[] = [],
): AccessMatrix {
  const name = namer(resources);
  const statements = listStatements(resources, name);
  const places = placesOf(statements, name);
  const rank = ({ label }: Principal) => (first.includes(label) ? first.indexOf(label) : first.length);
  const own = resources
    .filter(({ type }) => type === "aws:iam/role:Role" || type === "aws:iam/user:User")
    .map((identity): Principal => ({ label: identityLabel(identity), kind: "own" }))
    .sort((one, other) => rank(one) - rank(other));
  const groups = [...new Set(places.map(tableOf))];
  return {
    statements,
    resources: groups.map((resource) => {
      const here = places.filter((place) => tableOf(place) === resource);
      return matrixOf(resource, here.sort(byKind), own, statements, name);
    }),
  };
}

/** A table of its own for each resource, but one for all roles. */
function tableOf({ kind, resource }: Place): string {
  return kind === "role" ? ROLES : resource;
}

const order: readonly Place["kind"][] = ["objects", "bucket", "otherObjects"];

function byKind(one: Place, other: Place): number {
  return order.indexOf(one.kind) - order.indexOf(other.kind);
}

function matrixOf(
  resource: string,
  places: readonly Place[],
  own: readonly Principal[],
  statements: readonly ListedStatement[],
  name: Namer,
): ResourceMatrix {
  const principals = principalsOf(places, own, statements, name);
  const decided = places.map((place) => ({
    place,
    actions: actionsOn(place, principals, statements, name).map((action) => ({
      action,
      decisions: principals.map((principal) => decide({ principal, action, place }, statements, name)),
    })),
  }));
  const columns = new Map<string, number[]>();
  for (const index of principals.keys()) {
    const { kind, label } = principals[index] ?? { kind: "anyone", label: ANYONE };
    const verdicts = decided.map(({ actions }) => actions.map(({ decisions }) => decisions[index]?.verdict));
    const key = kind === "named" ? JSON.stringify(verdicts) : label;
    columns.set(key, [...(columns.get(key) ?? []), index]);
  }
  const indices = [...columns.values()];
  return {
    resource,
    columns: indices.map((group) => ({ principals: principals.filter((_, index) => group.includes(index)) })),
    places: decided.map(({ place, actions }) => ({
      place,
      rows: rowsOf(
        place,
        actions.map(({ action, decisions }) => ({
          actions: [action],
          decisions: indices.map((group) => together(group.flatMap((index) => decisions[index] ?? []))),
        })),
      ),
    })),
  };
}

/** What is true of several, with the statements of each. */
function together(decisions: readonly Decision[]): Decision {
  const union = (numbers: (decision: Decision) => readonly number[]) => [
    ...new Set(decisions.flatMap(numbers)),
  ];
  return {
    verdict: decisions[0]?.verdict ?? "refused",
    by: union(({ by }) => by),
    unless: union(({ unless }) => unless),
  };
}

/** A row for each of the usual actions; others share one where they come to the same. */
function rowsOf(place: Place, single: readonly Row[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { actions, decisions } of single) {
    const isUsual = actions.some((action) => usualActions[place.kind].includes(action));
    const key = isUsual ? actions.join() : JSON.stringify(decisions);
    rows.set(key, { decisions, actions: [...(rows.get(key)?.actions ?? []), ...actions] });
  }
  return [...rows.values()];
}

/** The stack's identities with rights there, even where something refuses them, those whom the resource's own policy names, and everybody else. */
function principalsOf(
  places: readonly Place[],
  own: readonly Principal[],
  statements: readonly ListedStatement[],
  name: Namer,
): Principal[] {
  const named = statements
    .filter(
      ({ kind, holder, statement }) =>
        kind !== "identity" &&
        places.some(({ resource }) => resource === holder) &&
        statement.Effect === "Allow",
    )
    .flatMap(({ statement }) => principalLabels(statement.Principal, name))
    .filter((label) => label !== ANYONE);
  const concerned = own.filter((principal) => {
    const rights = statements.filter(
      ({ kind, holder, statement }) =>
        kind === "identity" && holder === principal.label && statement.Effect === "Allow",
    );
    const hasRight = (place: Place) =>
      [...rights.flatMap(({ statement }) => listOf(statement.Action)), ...usualActions[place.kind]].some(
        (action) => decide({ principal, action, place }, rights, name).verdict === "allowed",
      );
    return named.includes(principal.label) || places.some(hasRight);
  });
  const labels = new Set(concerned.map(({ label }) => label));
  const others = [...new Set(named)].filter((label) => !labels.has(label));
  return [
    ...concerned,
    ...others.map((label): Principal => ({ label, kind: "named" })),
    { label: ANYONE, kind: "anyone" },
  ];
}

/** The usual actions, then what else some statement allows there, even where another refuses it. */
function actionsOn(
  place: Place,
  principals: readonly Principal[],
  statements: readonly ListedStatement[],
  name: Namer,
): string[] {
  const allowing = statements.filter(({ statement }) => statement.Effect === "Allow");
  const named = new Set(allowing.flatMap(({ statement }) => listOf(statement.Action)));
  const allowed = [...named].filter((action) =>
    principals.some(
      (principal) => decide({ principal, action, place }, allowing, name).verdict === "allowed",
    ),
  );
  const usual = usualActions[place.kind];
  return [...usual, ...allowed.filter((action) => !usual.includes(action)).sort()];
}
