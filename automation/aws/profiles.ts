import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { ProviderFile } from "./client-settings";
import { structureOf, textOf } from "./provider-config";

/** A profile of the AWS CLI that the provider is to use, and what names it. */
export interface NamedProfile {
  readonly key: "aws:profile" | "AWS_PROFILE";
  readonly name: string;
}

/** The profile that the settings name, or else the environment; `undefined` leaves it to `default`. */
export function namedProfile({ values }: ProviderFile): NamedProfile | undefined {
  const ofSettings = textOf(values, "profile");
  if (ofSettings !== undefined) return { key: "aws:profile", name: ofSettings };
  const { AWS_PROFILE: name } = process.env;
  return name ? { key: "AWS_PROFILE", name } : undefined;
}

/** The names of all profiles in the files that the provider reads; a file that cannot be read has none. */
export async function knownProfiles(files: readonly string[]): Promise<Set<string>> {
  const texts = files.map((file) => fs.readFile(file, "utf8").catch(() => ""));
  const names = (await Promise.all(texts)).flatMap((text) =>
    [
      ...text.matchAll(/^\s*\[\s*(?:profile\s+)?(?!(?:sso-session|services)\s)["']?([^\]"']+?)["']?\s*\]/gm),
    ].map(([, name = ""]) => name),
  );
  return new Set(names);
}

/** Where profiles are: docs.aws.amazon.com/sdkref/latest/guide/file-location.html, or where the provider's configuration says. */
export function profileFiles({ values }: ProviderFile) {
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
  const inHome = (name: string) => path.join(os.homedir(), ".aws", name);
  return {
    config: given(values, "sharedConfigFiles") ?? [AWS_CONFIG_FILE || inHome("config")],
    credentials: given(values, "sharedCredentialsFiles") ?? [
      AWS_SHARED_CREDENTIALS_FILE || inHome("credentials"),
    ],
  };
}

function given(values: ProviderFile["values"], key: string): string[] | undefined {
  const list = structureOf(values, key);
  return Array.isArray(list) ? list.map((file) => String(file).replace(/^~(?=\/)/, os.homedir())) : undefined;
}
