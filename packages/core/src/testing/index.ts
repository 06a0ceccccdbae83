export { MemoryVolume } from "../file-system/memory-volume.ts";
export { type BankOptions, type BankReport, runBank } from "./commit-protocol/bank.ts";
export { Scenario } from "./commit-protocol/scenario.ts";
export { type CrashTotals, crashStore, failStore, runBanks } from "./commit-protocol/suites.ts";
export { compressionSuite } from "./compression-suite.ts";
export {
  accumulatedXaes,
  type CryptoVectors,
  cryptoSuite,
  type WycheproofVectors,
  type XaesVectors,
} from "./crypto-suite.ts";
export {
  type FileSystemSubject,
  fileSystemSuite,
  type Outside,
  type RegisterTest,
} from "./file-system-suite.ts";
export type { Anomaly, AnomalyKind } from "./history/anomaly.ts";
export { checkHistory, type HistoryReport } from "./history/checker.ts";
export { type PlannedOperation, seededRandom, type WorkloadOptions, workload } from "./history/generator.ts";
export {
  HERMITAGE_CASES,
  HERMITAGE_INITIAL,
  type HermitageCase,
  type HermitageClient,
  type HermitageName,
  type HermitageStep,
  type HermitageTrace,
  runHermitage,
} from "./history/hermitage.ts";
export {
  type Append,
  historyLine,
  isListingKey,
  listingKey,
  mergeHistories,
  type Operation,
  type Outcome,
  type Read,
  type Transaction,
} from "./history/history.ts";
export { PLANTED_HISTORIES, type PlantedHistory } from "./history/planted.ts";
export { type MemoryRuntime, memoryRuntime } from "./memory-runtime.ts";
export { type RuntimeSubject, runtimeSuite } from "./runtime-suite.ts";
export type { SessionSubject } from "./sessions/handles.ts";
export type { Program as SessionProgram } from "./sessions/program.ts";
export { checkSessions, damagedProgram, sessionProgram } from "./sessions/session-programs.ts";
export { runSessions, type SessionKind } from "./sessions/session-world.ts";
export type { SessionTotals, Verdict as SessionVerdict } from "./sessions/verdict.ts";
export * from "./simulation/index.ts";
export { type StorageSubject, storageSuite } from "./storage-suite.ts";
