import fc from "fast-check";

const SURROGATES = 0xd800;
const SURROGATE_COUNT = 0x800;

/** Any character of Unicode: fast-check's own, the unit "binary", takes half a second to prepare in each process. */
const character = fc.integer({ min: 0, max: 0x10ffff - SURROGATE_COUNT }).map(
  (index) => String.fromCodePoint(index < SURROGATES ? index : index + SURROGATE_COUNT),
  (text) => {
    const code = typeof text === "string" ? text.codePointAt(0) : undefined;
    if (code === undefined || text !== String.fromCodePoint(code)) throw new Error("not a character");
    return code < SURROGATES ? code : code - SURROGATE_COUNT;
  },
);

/** Texts of any characters. */
export function anyText(constraints: fc.StringSharedConstraints = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: character });
}
