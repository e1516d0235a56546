import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { Lister } from "../../automation/reconcile/stored-files";

/** A folder that stands for a bucket. */
export class Bucket {
  private constructor(
    readonly folder: string,
    private readonly archived: readonly string[],
  ) {}

  static async create(archived: readonly string[] = []): Promise<Bucket> {
    return new Bucket(await fs.mkdtemp(path.join(os.tmpdir(), "bucket-")), archived);
  }

  async put(key: string, content: string, modified: number): Promise<void> {
    const file = path.join(this.folder, key);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, content);
    await fs.utimes(file, modified / 1000, modified / 1000);
  }

  /** Every object, in S3's order. */
  async objects(prefix = "") {
    const entries = await fs.readdir(this.folder, { recursive: true, withFileTypes: true });
    const keys = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.folder, path.join(entry.parentPath, entry.name)))
      .filter((key) => key.startsWith(prefix))
      .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    return Promise.all(
      keys.map(async (Key) => {
        const { size: Size, mtime: LastModified } = await fs.stat(path.join(this.folder, Key));
        return { Key, Size, LastModified, StorageClass: this.storageClassOf(Key) };
      }),
    );
  }

  get s3(): Lister {
    return { listObjectsV2: async ({ Prefix }) => ({ Contents: await this.objects(Prefix) }) };
  }

  remove(): Promise<void> {
    return fs.rm(this.folder, { recursive: true });
  }

  private storageClassOf(key: string) {
    return this.archived.includes(key) ? ("GLACIER" as const) : ("STANDARD" as const);
  }
}
