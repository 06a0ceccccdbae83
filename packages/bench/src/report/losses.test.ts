import { expect, test } from "vitest";
import type { EngineName } from "../engines/catalogue.ts";
import { type Key, NOTHING, withFigures } from "../harness/results.ts";
import { lossTable } from "./losses.ts";
import { View } from "./view.ts";

const get = (engine: EngineName): Key => ({ workload: "get", engine, records: 10_000 });

test("lossTable() compares a get of others with BabaDB's in one session, and with that in a session of its own", () => {
  const ours = withFigures({ ...NOTHING, run: "today" }, get("baba"), 0, { each: 0.01, alone: 0.1 });
  const both = withFigures(ours, get("sqlite"), 0, { each: 0.005 });
  const table = lossTable(new View(both), 10_000);
  const sqlite = (times: string): string => `SQLite (better-sqlite3) | 5.00 | ${times}`;
  expect(table).toContain(`| get, in one session | 10.0 | ${sqlite("2.00")} |`);
  expect(table).toContain(`| get, each in its own session | 100 | ${sqlite("20.0")} |`);
});

test("lossTable() takes no engine for synced that syncs a file and not the folder in which it is renamed", () => {
  const ours = withFigures({ ...NOTHING, run: "today" }, get("baba"), 0, { each: 0.01 });
  const both = withFigures(ours, get("conf"), 0, { each: 0.005 });
  expect(lossTable(new View(both), 10_000)).toContain(
    "| get, in one session | 10.0 | - | - | - | conf | 5.00 |",
  );
});
