// Loaded before a program: it finds no thread that can be started.
import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";

threads.Worker = class {
  constructor() {
    throw new Error("no threads today");
  }
};
syncBuiltinESMExports();
