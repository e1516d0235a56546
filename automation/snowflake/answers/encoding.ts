/** Encoding of a text by its byte order mark, or by the zeros of ASCII characters in UTF-16, which Windows PowerShell's `>` writes. */
export function encodingOf([first, second]: Buffer): "utf-8" | "utf-16le" | "utf-16be" {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return "utf-16le";
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0) ? "utf-16be" : "utf-8";
}
