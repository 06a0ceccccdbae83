// Preloaded so that a program cannot start any threads.
import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";

threads.Worker = class {
  constructor() {
    throw new Error("no threads today");
  }
};
syncBuiltinESMExports();
