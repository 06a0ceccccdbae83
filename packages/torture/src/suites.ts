import { bank } from "./bank/suite.ts";
import { counter } from "./counter/suite.ts";
import { foreign } from "./foreign/suite.ts";
import type { Suite } from "./harness/suite.ts";
import { hermitage } from "./hermitage/suite.ts";
import { histories } from "./histories/suite.ts";
import { mixed } from "./mixed/suite.ts";
import { pause } from "./pause/suite.ts";
import { recovery } from "./recovery/suite.ts";
import { rotation } from "./rotation/suite.ts";
import { secrets } from "./secrets/suite.ts";

/** All suites by name, in the order in which they run. */
export const SUITES: Readonly<Record<string, (suite: Suite) => Promise<void>>> = {
  hermitage,
  counter,
  histories,
  foreign,
  recovery,
  pause,
  bank,
  mixed,
  secrets,
  rotation,
};
