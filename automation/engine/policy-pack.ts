import * as fs from "node:fs/promises";
import * as path from "node:path";
import { UsageError } from "../errors";

/** An executable of a pack for this system: https://www.pulumi.com/docs/insights/policy/policy-packs/ */
const executable =
  process.platform === "win32" ? /^pulumi-analyzer-.*\.(exe|cmd)$/ : /^pulumi-analyzer-[^.]+$/;

/**
 * What the engine takes for a policy pack: a folder with PulumiPolicy.yaml, which it runs by the pack's language host, or the pack's
 * executable. A folder that has both is run by its executable, since a CLI of its own has no language host.
 *
 * @throws UsageError where there is no pack.
 */
export async function policyPackAt(place: string | undefined): Promise<string | undefined> {
  if (place === undefined) return undefined;
  const pack = path.resolve(place);
  const fix = "give the folder of PulumiPolicy.yaml, or the executable pulumi-analyzer-NAME";
  const stat = await fs.stat(pack).catch(() => undefined);
  if (stat === undefined) throw new UsageError(`--policy-pack ${place} does not exist; ${fix}`);
  if (!stat.isDirectory()) return pack;
  const files = await fs.readdir(pack);
  const found = files.find((file) => executable.test(file));
  if (found !== undefined) return path.join(pack, found);
  if (!files.includes("PulumiPolicy.yaml"))
    throw new UsageError(`--policy-pack ${place} has no policy pack; ${fix}`);
  return pack;
}
