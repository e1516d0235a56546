import * as fs from "node:fs";
import ts from "typescript";
import type { Properties } from "./plugin";

/** Other inputs of a resource, which differ in one place. */
export interface Mutation {
  /** The input that differs, or a member of which does. */
  readonly property: string;
  readonly inputs: Properties;
}

/** Every way to change, to remove and to add one input of a resource of this type. */
export function mutationsOf(type: string, inputs: Properties): Mutation[] {
  const given = Object.entries(inputs).flatMap(([property, value]) => {
    const { [property]: _removed, ...rest } = inputs;
    return [...changes(value).map((other) => ({ ...rest, [property]: other })), rest].map((others) => ({
      property,
      inputs: others,
    }));
  });
  const added = [...samples(type)]
    .filter(([property]) => inputs[property] === undefined)
    .flatMap(([property, values]) =>
      values.map((value) => ({ property, inputs: { ...inputs, [property]: value } })),
    );
  return [...given, ...added];
}

/** The value with one leaf changed, or one member or element removed, in each possible way. */
function changes(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    const elements = value.flatMap((element, index) =>
      changes(element).map((other) => value.map((same, at) => (at === index ? other : same))),
    );
    return [...elements, value.slice(0, -1)];
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, member]) => {
      const { [key]: _removed, ...rest } = value as Properties;
      return [...changes(member).map((other) => ({ ...value, [key]: other })), rest];
    });
  }
  return [otherThan(value)];
}

function otherThan(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  const text = String(value);
  if (/^(true|false)$/.test(text)) return text === "true" ? "false" : "true";
  // Documents that differ in their form alone are the same to the provider.
  return text.startsWith('{"') ? JSON.stringify({ ...JSON.parse(text), Id: "changed" }) : `${text}x`;
}

/** For each input of a type that is a plain value, a list or a map of them: what to try where it was not given. */
function samples(type: string): Map<string, unknown[]> {
  const [, module = "", name = ""] = type.split(":");
  const file = require.resolve(`@pulumi/aws/${module}.d.ts`);
  const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const found = new Map<string, unknown[]>();
  ts.forEachChild(source, (node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== `${name}Args`) return;
    for (const member of node.members) {
      if (!ts.isPropertySignature(member) || member.type === undefined) continue;
      found.set(member.name.getText(source), samplesOf(member.type.getText(source)));
    }
  });
  if (found.size === 0) throw new Error(`${file} has no ${name}Args`);
  return found;
}

/** Two of each: one may be the provider's default. */
function samplesOf(declared: string): unknown[] {
  if (/inputs\./.test(declared)) return [];
  if (/\[key: string\]/.test(declared)) return [{ added: "added" }];
  const plain = /\b(string|number|boolean)\b/.exec(declared)?.[0];
  const values = plain === "number" ? [1, 7] : plain === "boolean" ? [true, false] : ["added"];
  return declared.includes("[]") ? values.map((value) => [value]) : values;
}
