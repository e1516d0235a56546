/**
 * Compares two texts as S3 and Snowflake order them, by the bytes of UTF-8. JavaScript compares UTF-16 units, in which a character
 * beyond the basic plane comes before U+E000 to U+FFFF. docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function compareUtf8(one: string, other: string): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) {
    const left = one.charCodeAt(at);
    const right = other.charCodeAt(at);
    if (left !== right) return place(left) - place(right);
  }
  return one.length - other.length;
}

/** A UTF-16 unit's place in the order of code points: surrogates behind all other units. */
function place(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
