/**
 * The ways in which a history can fail to be strictly serializable.
 *
 * Names follow Adya, "Weak Consistency" (MIT 1999), Berenson et al., "A Critique of ANSI SQL Isolation
 * Levels" (1995), and Elle.
 *
 * | kind | what happened |
 * | --- | --- |
 * | `duplicate-elements` | a read holds a number twice |
 * | `garbage-read` | a read holds a number that nobody appended |
 * | `internal` | a transaction did not see its own appends or its earlier reads, or saw what it had yet to append |
 * | `incompatible-order` | two reads of a key of which neither is the beginning of the other |
 * | `impossible-order` | a transaction's own appends appear in another order than it made them |
 * | `G1a` | a read saw an aborted append |
 * | `G1b` | a read saw some of a transaction's appends to a key and not the later ones |
 * | `lost-update` | two transactions read the same version of a key, and both appended to it (P4) |
 * | `G0` | a cycle of appends |
 * | `G1c` | a cycle of appends and reads of them |
 * | `G-single` | a cycle with one read of a version that was overwritten: read skew |
 * | `G2-item` | a cycle with several such reads: write skew |
 * | `G2` | the same, where one of them is a listing |
 * | `process-order` | no cycle but for the order of one client's own transactions |
 * | `real-time` | no cycle but for a transaction that completed before another began |
 */
export type AnomalyKind =
  | "duplicate-elements"
  | "garbage-read"
  | "internal"
  | "incompatible-order"
  | "impossible-order"
  | "G1a"
  | "G1b"
  | "lost-update"
  | "G0"
  | "G1c"
  | "G-single"
  | "G2-item"
  | "G2"
  | "process-order"
  | "real-time";

/** One proof that a history is not strictly serializable. */
export type Anomaly = {
  readonly kind: AnomalyKind;
  /** The ids of the transactions concerned; for a cycle, in its order. */
  readonly transactions: readonly string[];
  /** What happened, in words. */
  readonly explanation: string;
};
