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

/** Faults of a path that Windows does not have: modes, and links without special rights. */
export function onPosix<Fault>(...faults: readonly Fault[]): readonly Fault[] {
  return process.platform === "win32" ? [] : faults;
}
