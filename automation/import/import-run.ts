import { Deployment } from "../deploy/deployment";
import type { AfterWaiting, DeploymentOptions } from "../deploy/deployment-options";
import { removes } from "../deploy/losses";
import { type Change, nameOf } from "../engine/changes";
import type { ResourceState } from "../engine/state/state";
import { PipelineError, UnknownStackError, UsageError } from "../errors";
import {
  editStackFile,
  keepStackFile,
  projectDir,
  type SettingChange,
  type StackFile,
} from "../project/stack-file";
import type { FindingLine } from "../terminal/finding-lines";
import { belonging } from "./belonging";
import { withEditedSettings } from "./edited-settings";
import { type ImportPreview, type Place, previewImports } from "./engine-import";
import { definedOf, type Found, type Names, unmanagedOf } from "./found";
import type { Import } from "./imports";
import { judge } from "./judge/judge";
import { lookFor } from "./look/look";
import { chosenNames, lookedFor, type NameOptions, refuseUnfound } from "./names";
import { createComponents } from "./skeleton";

/** What an import would do. */
export interface ImportPlan {
  readonly findings: readonly FindingLine[];
  readonly settings: readonly SettingChange[];
  readonly imports: readonly Import[];
  /** Of the engine: imports, and what `up` would do. None where something is in the way. */
  readonly changes: readonly Change[];
}

/** Which names are looked for, and who decides. */
export interface ImportOptions extends DeploymentOptions, Pick<AfterWaiting, "onInterruption"> {
  readonly names: NameOptions;
  /** Decides on what was found. Not called where everything is imported already. */
  readonly confirm: (plan: ImportPlan) => Promise<boolean>;
  /** Looks for it. @default in AWS, as the stack's provider */
  readonly look?: (file: StackFile, names: Names, chosen: NameOptions) => Promise<Found>;
}

/** What was imported. */
export interface ImportResult {
  readonly outcome: "imported" | "unchanged" | "declined";
  /** Logical names. */
  readonly imported: readonly string[];
  /** What `up` would change. */
  readonly changes: readonly Change[];
}

/**
 * Imports into a stack what was created by hand: writes the settings that keep its names, and takes it into the state. AWS itself is
 * only read. A stack that the backend does not have is created, and gone again unless something is imported into it.
 *
 * @throws UsageError, with nothing changed, for names that do not exist and for what stands in the way.
 * @throws PipelineError where the import fails half-way: run it again, and it resumes.
 */
export async function importExisting(options: ImportOptions): Promise<ImportResult> {
  const { deployment, undo } = await openOrCreate(options);
  let isImported = false;
  try {
    await deployment.recovery.untilUnlocked();
    await deployment.recovery.repairFirst(options);
    return await importInto(deployment, options, () => {
      isImported = true;
    });
  } finally {
    if (!isImported) await undo();
  }
}

async function openOrCreate(
  options: DeploymentOptions,
): Promise<{ readonly deployment: Deployment; readonly undo: () => Promise<void> }> {
  try {
    return {
      deployment: await Deployment.open({ ...options, create: false, callsAws: true }),
      undo: async () => {},
    };
  } catch (error) {
    if (!(error instanceof UnknownStackError)) throw error;
    const restoreFile = await keepStackFile(options.stack, options.workDir);
    const deployment = await Deployment.open({ ...options, create: true });
    const undo = async () => {
      await deployment.remove();
      await restoreFile();
    };
    return { deployment, undo };
  }
}

async function importInto(
  deployment: Deployment,
  options: ImportOptions,
  onBegin: () => void,
): Promise<ImportResult> {
  const { stack, workDir = projectDir, look = lookFor } = options;
  const { open } = deployment;
  const { file, settings } = open;
  const chosen = chosenNames(file, options.names);
  const names = lookedFor(chosen);
  const everything = await look(file, names, chosen);
  refuseUnfound(everything, options.names);
  const ours = belonging(everything, chosen);
  const { found } = ours;
  const resources = await deployment.stateResources();
  const unmanaged = unmanagedOf(found, resources);
  const judged = judge({ ...ours, unmanaged }, names, { file, settings });
  const { imports } = judged;
  if (imports.length === 0 && judged.findings.every(({ verdict }) => verdict !== "fail")) {
    if (Object.keys(definedOf(found)).length === 0) throw new UsageError(nothingFound(names));
    return { outcome: "unchanged", imported: [], changes: await deployment.preview() };
  }
  const preview = await withEditedSettings(stack, workDir, judged.settings, async (edited) => {
    const findings = [
      ...judged.findings,
      ...imports.flatMap((one) => taken(one, resources)),
      ...edited.problems.map(({ key, value, rule, fix }): FindingLine => {
        return { verdict: "fail", name: key, evidence: `${value} ${rule}`, fix };
      }),
    ];
    const refused = findings.some(({ verdict }) => verdict === "fail");
    const none: ImportPreview = { changes: [], places: [] };
    const found = refused ? none : await previewImports(open, imports, edited.file, options);
    const all = [...findings, ...replacements(found)];
    return { ...found, findings: all };
  });
  const plan = { ...preview, settings: judged.settings, imports };
  const confirmed = await options.confirm(plan);
  const obstacles = plan.findings.filter(({ verdict }) => verdict === "fail").map(({ name }) => name);
  if (obstacles.length > 0) {
    throw new UsageError(
      `nothing was imported: ${[...new Set(obstacles)].join(", ")}: see the lines marked FAIL`,
    );
  }
  if (!confirmed) return { outcome: "declined", imported: [], changes: preview.changes };
  onBegin();
  await editStackFile(stack, judged.settings, workDir);
  const imported = await adopt(deployment, preview.places, options);
  const after = await Deployment.open({ ...options, create: false });
  const changes = await after.preview();
  refuseReplacements(changes, imported);
  return { outcome: "imported", imported, changes };
}

async function adopt(
  deployment: Deployment,
  places: readonly Place[],
  options: ImportOptions,
): Promise<readonly string[]> {
  const provider = await createComponents(deployment.open, places, options);
  const existing = places.map(({ urn, type, id, components }) => {
    return { urn, type, id, provider, parent: components.at(-1)?.urn ?? "" };
  });
  const adopted = await deployment.recovery.adopt(existing);
  const lacking = places.map(({ urn }) => nameOf(urn)).filter((name) => !adopted.includes(name));
  if (lacking.length > 0) {
    throw new PipelineError(`AWS no longer has ${lacking.join(", ")}: run the import again`);
  }
  return adopted;
}

/** A stack that has a resource of its own there, by another name, would have to replace it. */
function taken({ type, name, id }: Import, resources: readonly ResourceState[]): FindingLine[] {
  const own = resources.find((one) => one.type === type && nameOf(one.urn) === name && !one.delete);
  if (own === undefined || own.id === id) return [];
  return [
    {
      verdict: "fail",
      name: id,
      evidence: `the stack has ${own.id} in its place already`,
      fix: "import into a stack that has not been deployed, or give the name of what the stack has",
    },
  ];
}

/** What loses something by being replaced: an attachment does not, and its policy's ARN is unknown where a provider has no previews. */
function isReplaced(change: Change): boolean {
  return removes(change) && change.type !== "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
}

/** What `up` could only replace: nothing of that is imported. */
function replacements({ changes, places }: ImportPreview): FindingLine[] {
  const urns = new Map(places.map(({ urn, id }) => [urn, id]));
  return changes
    .filter((change) => isReplaced(change) && urns.has(change.urn))
    .map(({ urn, properties }) => ({
      verdict: "fail",
      name: urns.get(urn) ?? urn,
      evidence: `\`up\` would replace it, for ${properties.join(", ") || "a property that AWS cannot change"}`,
      fix: "set what keeps that property, or leave it out of the import",
    }));
}

function refuseReplacements(changes: readonly Change[], imported: readonly string[]): void {
  const replaced = changes.filter((change) => isReplaced(change) && imported.includes(change.name));
  if (replaced.length === 0) return;
  throw new PipelineError(
    `imported, but do not deploy yet: \`up\` would replace ${replaced.map(({ name }) => name).join(", ")}; ` +
      "correct the settings until `preview` replaces nothing",
  );
}

function nothingFound(names: Names): string {
  const list = [names.exportRole, names.exportPolicy, names.user, names.readPolicy, names.queue].join(", ");
  return `nothing to import: the account has neither ${list} nor a bucket ${names.bucket ?? "of a policy of these"}; pass the names by options`;
}
