import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { isExport, layoutOf, layoutWords } from "../../../automation/verify/export-files";
import { PROBE } from "../../../automation/verify/probe";

describe("isExport", () => {
  const folders = ["logs/2026-11-28T10/", "logs/date=2026-11-28/hour=10/tenant=a/", "logs/"];

  it("takes exports of either layout", () => {
    for (const folder of folders) {
      assert.ok(isExport({ Key: `${folder}part-0.jsonl.gz`, Size: gzipSync('{"id":"1"}').length }));
      assert.ok(isExport({ Key: `${folder}part-0.jsonl`, Size: 12 }));
      assert.ok(isExport({ Key: `${folder}part-0.parquet`, Size: 20 }));
    }
  });

  it("takes neither the compressed file of an empty run, nor empty files, folders and probes", () => {
    for (const folder of folders) {
      assert.ok(!isExport({ Key: `${folder}part-0.jsonl.gz`, Size: gzipSync("").length }));
      assert.ok(!isExport({ Key: `${folder}part-0.jsonl`, Size: 0 }));
      assert.ok(!isExport({ Key: folder, Size: 30 }));
      assert.ok(!isExport({ Key: `${folder}${PROBE}1`, Size: 30 }));
    }
  });
});

describe("layoutOf", () => {
  it("tells Hive partitions with any keys from folders by run, below the prefix alone", () => {
    assert.equal(layoutOf("a=b/logs/2026-11-28T10/part-0.jsonl.gz", "a=b/logs/"), "folders by run");
    assert.equal(layoutOf("logs/tenant=a/x/part-0.jsonl.gz", "logs/"), "Hive partitions");
    assert.equal(layoutOf("logs/x=1.jsonl", "logs/"), "no folders");
  });

  it("is a warning once it changes", () => {
    assert.equal(layoutWords(new Set(["Hive partitions"]), "Hive partitions"), "layout: Hive partitions");
    assert.match(
      layoutWords(new Set(["folders by run", "Hive partitions"]), "Hive partitions"),
      /^warning: the layout changed from folders by run to Hive partitions/,
    );
  });
});
