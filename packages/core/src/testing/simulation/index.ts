/**
 * A simulated world below the `FileSystem` port: a disk that loses what was not synced, processes that are
 * interleaved, paused and killed, and faults at every step; all determined by a seed.
 */
export { SimulatedClock, type SimulatedRuntimeOptions, simulatedRuntime } from "./clock.ts";
export { type CrashStateOptions, crashState, crashStates } from "./crash-states.ts";
export { type DiskOptions, SimulatedDisk } from "./disk.ts";
export {
  type CrashOptions,
  type CrashPoint,
  type CrashReport,
  enumerateCrashes,
  type SecondCrashes,
  type Violation,
} from "./enumerate.ts";
export {
  type Fault,
  type FaultKind,
  type FaultOptions,
  type FaultReport,
  type FaultViolation,
  injectFaults,
} from "./faults.ts";
export { type SimulatedFileSystemOptions, simulatedFileSystem } from "./file-system.ts";
export { SimulatedMachine, type SimulatedProcess } from "./machine.ts";
export type { DiskOperation } from "./operation.ts";
export { SeededRandom } from "./random.ts";
export {
  type Chance,
  type ProcessEnvironment,
  SimulationError,
  World,
  type WorldOptions,
} from "./scheduler.ts";
export type { Step, StepCall, StepHook, Verdict } from "./step.ts";
export { type FaultCode, SystemError } from "./system-error.ts";
export type { Check, Workload, WorkloadEnvironment } from "./workload.ts";
