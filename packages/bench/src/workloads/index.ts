import type { Workload } from "../trial/trial.ts";
import { bulk, burst, remove, single, update } from "./commits.ts";
import { all, count, exists, filter, get, gets, mixed, open, stream } from "./reads.ts";

/** The workloads in the order in which they run on a store: after `bulk`, those that change nothing first. */
export const WORKLOADS = {
  bulk: { work: bulk, about: "all records in one commit" },
  open: { work: open, about: "opening a store in a new process" },
  all: { work: all, about: "reading all records" },
  stream: { work: stream, about: "reading all records one by one" },
  filter: { work: filter, about: "the records of one city of five, cold and warm" },
  get: { work: get, about: "random gets: the first 1,000 of a process, and up to 20,000" },
  gets: { work: gets, about: "1,000 random gets at once" },
  count: { work: count, about: "counting all records" },
  exists: { work: exists, about: "1,000 random checks whether a record exists" },
  mixed: { work: mixed, about: "nine gets to one update, from 16 sessions at once" },
  single: { work: single, about: "commits of one record, one after another" },
  burst: { work: burst, about: "commits of one record, 16 at once" },
  update: { work: update, about: "changing a tenth of the records in one commit" },
  delete: { work: remove, about: "deleting a tenth of the records in one commit" },
} satisfies Readonly<Record<string, { readonly work: Workload; readonly about: string }>>;

/** A workload's name in the command. */
export type WorkloadName = keyof typeof WORKLOADS;
