import { beforeEach, describe, expect, test } from "vitest";
import type { FileSystem } from "../../file-system/file-system.ts";
import { memoryFileSystem } from "../../file-system/memory.ts";
import { MemoryVolume } from "../../file-system/memory-volume.ts";
import { codeOf } from "../code-of.fixture.ts";
import { STORE_FOLDER, TEMPORARY_FOLDER } from "../layout.ts";
import type { Placement } from "./placement.ts";
import { bytes, fault } from "./record-files.fixture.ts";
import { RecordPlacer } from "./record-placer.ts";
import { RecordReader } from "./record-reader.ts";

const payload = bytes("x");
/** Of two folders, the first of which will be removed. */
const names = ["a/b/1.baba", "c/2.baba", "a/b/3.baba"];
const placements = names.map((name): Placement => [name, payload]);

let volume: MemoryVolume;
let files: FileSystem;
let placer: RecordPlacer;

beforeEach(async () => {
  volume = new MemoryVolume();
  files = memoryFileSystem(volume);
  await files.makeFolder(TEMPORARY_FOLDER);
  placer = new RecordPlacer(files, "token");
  await placer.prepare(new Map(placements), async () => {});
});

describe("RecordPlacer.place()", () => {
  test.each([["staged"], ["not staged"]])("makes a folder again that was removed; %s", async (how) => {
    if (how === "staged") await placer.stage([new Map(placements)]);
    volume.folder(".").delete("a");
    await placer.place([...placements, ["a/b/4.baba", undefined]]);
    expect(await new RecordReader(files).read(names)).toEqual(names.map(() => payload));
    expect(await files.names(TEMPORARY_FOLDER)).toEqual([]);
  });

  test("makes the folders of many batches again, each of which was removed", async () => {
    const many = Array.from({ length: 1000 }, (_, i): Placement => [`${i % 7}/${i}.baba`, payload]);
    await placer.prepare(new Map(many), async () => {});
    for (let i = 0; i < 7; i++) volume.folder(".").delete(`${i}`);
    await placer.place(many);
    for (let i = 0; i < 7; i++) expect(await files.names(`${i}`)).toHaveLength(i < 6 ? 143 : 142);
  });

  test("writes again what was staged and has vanished", async () => {
    await placer.stage([new Map(placements)]);
    volume.folder(TEMPORARY_FOLDER).clear();
    await placer.place(placements);
    expect(await new RecordReader(files).read(names)).toEqual(names.map(() => payload));
  });

  test("tries once more and no oftener, and then says what is wrong", async () => {
    let tries = 0;
    files.create = async () => {
      tries += 1;
      throw fault("ENOENT");
    };
    expect(await codeOf(placer.place(placements))).toBe("BABA_IO 3 records");
    expect(tries).toBe(2);
  });

  test.each([
    ["all of the directory", [STORE_FOLDER, "a", "c"]],
    ["the store's folder", [STORE_FOLDER, "a"]],
  ])("makes nothing anew if %s was removed", async (_, removed) => {
    for (const name of removed) volume.folder(".").delete(name);
    const before = await files.names(".");
    expect(await codeOf(placer.place(placements))).toBe("BABA_IO 3 records");
    expect(await files.names(".")).toEqual(before);
  });

  test("says so if it cannot find out whether the store is there", async () => {
    volume.folder(".").delete("a");
    files.kinds = () => Promise.reject(fault("EIO"));
    expect(await codeOf(placer.place(placements))).toBe(`BABA_IO ${TEMPORARY_FOLDER}`);
  });
});

describe("RecordPlacer.prepare()", () => {
  test("makes no folder where the directory was moved away, which would make the directory anew", async () => {
    volume.folder(".").clear();
    const changes = new Map([["new/1.baba", payload]]);
    const preparing = placer.prepare(changes, async () => {});
    await expect(preparing).rejects.toMatchObject({ code: "BABA_IO", record: STORE_FOLDER });
    expect(await files.names(".")).toEqual([]);
  });
});
