import * as v from "valibot";
import { Person } from "../trial/person.ts";
import type { Codec } from "./sqlite.ts";

/** What BabaDB promises, done by valibot alone: validates what is written, and again as it would be read. */
export const VALIDATED: Codec = {
  textOf(record) {
    const text = JSON.stringify(v.parse(Person, record));
    v.parse(Person, JSON.parse(text));
    return text;
  },
  recordOf: (text) => v.parse(Person, JSON.parse(text)),
};
