import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

const PROVIDER = path.join("registry.terraform.io", "hashicorp", "aws");

/** Where machines without a registry keep Terraform's providers: developer.hashicorp.com/terraform/cli/config/config-file. */
async function places(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const home = os.homedir();
  const optional = await fs.readdir("/opt").catch(() => []);
  return [
    ...(environment.TF_PLUGIN_CACHE_DIR === undefined ? [] : [environment.TF_PLUGIN_CACHE_DIR]),
    path.join(home, ".terraform.d", "plugins"),
    path.join(home, ".terraform.d", "plugin-cache"),
    path.join(home, ".local", "share", "terraform", "plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    ...optional.map((name) => path.join("/opt", name)),
  ];
}

/**
 * The CLI configuration for `terraform init`: the user's, where there is one, else one written into `folder` that takes the AWS
 * provider of the machine.
 *
 * @returns what the environment says of it; nothing where the machine has no provider, and the registry is asked.
 */
export async function cliConfiguration(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
  candidates?: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const own = environment.TF_CLI_CONFIG_FILE ?? path.join(os.homedir(), ".terraformrc");
  if (await isThere(own)) return { TF_CLI_CONFIG_FILE: own };
  for (const place of candidates ?? (await places(environment))) {
    if (!(await isThere(path.join(place, PROVIDER)))) continue;
    const file = path.join(folder, "terraform.rc");
    await fs.writeFile(
      file,
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(place)}\n  }\n}\n`,
    );
    return { TF_CLI_CONFIG_FILE: file };
  }
  const empty = path.join(folder, "terraform.rc");
  await fs.writeFile(empty, "");
  return { TF_CLI_CONFIG_FILE: empty };
}

function isThere(place: string): Promise<boolean> {
  return fs.access(place).then(
    () => true,
    () => false,
  );
}
