import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

interface PackageJson {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** Folder of package.json: above the sources in a checkout, above `dist`, which has them compiled, in the npm package. */
export const packageDir = [path.resolve(__dirname, ".."), path.resolve(__dirname, "../..")].find((folder) =>
  existsSync(path.join(folder, "package.json")),
) as string;

/**
 * The version of Pulumi's SDK that every use of what it declares to nobody was checked against (the files `sdk-internals.ts`,
 * `sdk-loading.ts`, `promise-traces.ts`): such parts may change with any version.
 */
export const CHECKED_SDK = "3.270.0";

/** What package.json says of this product. */
export const { version, engines }: PackageJson = JSON.parse(
  readFileSync(path.join(packageDir, "package.json"), "utf8"),
);
