import { expect, test } from "vitest";
import { fileSystemSynced, isSyncedAsOne, SYNC_FILE_SYSTEM, tellsOfFailedSync } from "./file-system-sync.ts";

const at = (status: number | null, said: string) => () => fileSystemSynced({ status, said }, "/data");

test("fileSystemSynced() tells a program that has synced from one that cannot", () => {
  expect(at(0, "")()).toBe(true);
  for (const said of ["sync: invalid option -- 'f'", "Usage: sync [FILE]...", "sync: unrecognized option: f"])
    expect(at(1, said)()).toBe(false);
});

test("fileSystemSynced() throws what the sync failed with, and never takes that for a program that cannot", () => {
  expect(at(1, "sync: error syncing '.': Input/output error\n")).toThrow("EIO: sync -f failed: sync: error");
  expect(at(1, "sync: error syncing '.': No space left on device")).toThrow("ENOSPC");
  expect(at(1, "sync: error syncing '.': Disk quota exceeded")).toThrow("EDQUOT");
  expect(at(null, "")).toThrow("EIO: sync -f failed: status null, '/data'");
});

test("SYNC_FILE_SYSTEM names no folder, whose name the program would repeat", () => {
  expect(SYNC_FILE_SYSTEM).toEqual(["-f", "."]);
});

const [EXT4, FUSE, OVERLAYFS] = [0xef53, 0x65735546, 0x794c7630];

test("isSyncedAsOne() believes no version of Linux before 5.8, and none that it cannot read", () => {
  for (const release of ["5.8.0", "5.10.0-28-amd64", "5.19.0", "6.1", "10.0.0"])
    expect(isSyncedAsOne(release, EXT4), release).toBe(true);
  for (const release of ["5.7.19", "4.18.0-513.el8.x86_64", "3.10.0", "", "unknown"])
    expect(isSyncedAsOne(release, EXT4), release).toBe(false);
});

test("isSyncedAsOne() believes the file systems that hold their files themselves, by the numbers of statfs(2)", () => {
  const numbers = { ext4: EXT4, xfs: 0x58465342, btrfs: 0x9123683e, f2fs: 0xf2f52010, zfs: 0x2fc12fc1 };
  for (const [name, type] of Object.entries({ ...numbers, tmpfs: 0x01021994 }))
    expect(isSyncedAsOne("6.1.0", type), name).toBe(true);
});

test("isSyncedAsOne() believes no file system that keeps its files elsewhere, and none that it does not know", () => {
  for (const type of [FUSE, OVERLAYFS, 0]) expect(isSyncedAsOne("6.1.0", type)).toBe(false);
});

test("tellsOfFailedSync() believes the program of GNU alone", () => {
  expect(tellsOfFailedSync("sync (GNU coreutils) 9.1\nCopyright (C) 2022")).toBe(true);
  for (const version of ["", "sync (uutils coreutils) 0.2.2", "BusyBox v1.36.1", "toybox 0.8.11"])
    expect(tellsOfFailedSync(version), version).toBe(false);
});
