/** Whether a stack is production: every one that is not called dev or sandbox, alone or with more behind a hyphen. */
export function isProduction(stack: string): boolean {
  return !/^(dev|sandbox)(-|$)/.test(stack);
}
