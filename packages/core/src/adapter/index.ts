/**
 * What the runtimes' adapters have in common, for authors of further ones.
 *
 * @module
 */
export { type NativeCompressionFunctions, nativeCompression } from "../crypto/native-compression.ts";
export { type NativeCryptoFunctions, nativeCrypto } from "../crypto/native-crypto.ts";
export { inLanes } from "../lanes.ts";
export {
  errorOf,
  isCrowded,
  isUnopened,
  linkError,
  opened,
  systemCode,
  systemError,
} from "../system-error.ts";
export { isWithinTick } from "./clock-tick.ts";
export {
  fileSystemSynced,
  isSyncedAsOne,
  SYNC_FILE_SYSTEM,
  type SyncEnd,
  tellsOfFailedSync,
} from "./file-system-sync.ts";
export { type LogFileCalls, logFile } from "./log-file.ts";
export { mustNotBeTooLong } from "./longest-file.ts";
export { type FolderCalls, type Made, makeFolders } from "./make-folder.ts";
export { mustStayBelow, PathCheck, type PathRules } from "./path-check.ts";
export { CROWDED_PAUSES } from "./patience.ts";
export {
  type ProcessEvidence,
  type ProcessIdentity,
  type ProcessSight,
  parseProcessIdentity,
  parseProcessStat,
  processLives,
} from "./process-identity.ts";
export { type PathCalls, realPath } from "./real-path.ts";
export { syncHolders } from "./sync-holders.ts";
export { Trust } from "./trust.ts";
export { TurnBudget } from "./turn.ts";
