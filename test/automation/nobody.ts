/** Root may read every file, whatever its mode; as root, the work is done by somebody who may not. */
export async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  const NOBODY = 65534;
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
