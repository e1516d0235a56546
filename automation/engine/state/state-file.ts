import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { PROJECT } from "../../../components/settings/settings";

/** Version 3 of apitype.VersionedCheckpoint in Pulumi's sdk/go/common/apitype. */
const checkpoint = z.strictObject({
  version: z.literal(3),
  checkpoint: z.looseObject({ latest: z.looseObject({}).nullish() }),
});

/**
 * A stack's state as a folder has it, which is what `pulumi stack export` prints: without the CLI, which takes a fifth of a second.
 *
 * @returns `undefined` where there is none, or one that the CLI has to judge: compressed, damaged, of another version.
 */
export async function readStateFile(folder: string, stack: string): Promise<Deployment | undefined> {
  const file = path.join(folder, ".pulumi", "stacks", PROJECT, `${stack}.json`);
  try {
    const [text] = await Promise.all([fs.readFile(file, "utf8"), checkAttributes(`${file}.attrs`)]);
    const { version, checkpoint: read } = checkpoint.parse(JSON.parse(text));
    return { version, deployment: read.latest };
  } catch {
    return undefined;
  }
}

/** The CLI reads no state whose attributes are incomplete. */
async function checkAttributes(file: string): Promise<void> {
  const text = await fs.readFile(file, "utf8").catch(() => "{}");
  JSON.parse(text);
}
