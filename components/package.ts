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

/** What package.json says of this product. */
export const { version, engines }: PackageJson = JSON.parse(
  readFileSync(path.join(packageDir, "package.json"), "utf8"),
);
