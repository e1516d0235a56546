import { ENCRYPTED } from "../../components/settings/schema";
import { PROJECT } from "../../components/settings/settings";
import { Unquoted } from "./yaml-scalars";

/** The `config` of a stack, each value as the engine would hand it to the program. */
export interface PlainConfig {
  readonly values: Readonly<Record<string, unknown>>;
  /** Paths of values that are encrypted. */
  readonly encrypted: readonly string[];
  /** Numbers, dates and the like without quotes, as they are written, by their paths. */
  readonly unquoted: Readonly<Record<string, string>>;
}

/** The `config` of a file of YAML. */
type Config = Readonly<Record<string, unknown>> | null | undefined;

/** What a stack's file sets, and below it what Pulumi.yaml sets for every stack. */
export function plainConfig(project: Config, own: Config): PlainConfig {
  const found: Found = { encrypted: [], unquoted: {} };
  const values = {
    ...configOf(project, found, projectDefault),
    ...configOf(own, found, (value) => value),
  };
  return { values, ...found };
}

interface Found {
  readonly encrypted: string[];
  readonly unquoted: Record<string, string>;
}

function configOf(config: Config, found: Found, read: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config ?? {}).map(([key, value]) => {
      const name = key.includes(":") ? key : `${PROJECT}:${key}`;
      return [name, plainValue(read(value), name, found)];
    }),
  );
}

/** Pulumi.yaml may say a value, or a schema with a `value` or a `default`. */
function projectDefault(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (value instanceof Unquoted) return value;
  return "value" in value ? value.value : "default" in value ? value.default : undefined;
}

function plainValue(value: unknown, at: string, found: Found): unknown {
  if (Array.isArray(value)) return value.map((item, index) => plainValue(item, `${at}[${index}]`, found));
  if (value instanceof Unquoted) {
    found.unquoted[at] = value.source;
    return value.engineValue;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") {
    found.encrypted.push(at);
    return ENCRYPTED;
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, plainValue(inner, `${at}.${key}`, found)]));
}
