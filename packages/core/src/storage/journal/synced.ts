import { CommitUnknownError } from "../../errors.ts";

/**
 * Syncs what the journal needs; never again where that fails: the system may have dropped unwritten data, and
 * the second sync would succeed.
 *
 * @throws {CommitUnknownError} if it fails, in whatever way
 */
export async function synced(sync: () => Promise<void>): Promise<void> {
  try {
    await sync();
  } catch (cause) {
    throw new CommitUnknownError(
      "A sync of the journal failed, so it is not known whether the last commit is durable. Close the database, open " +
        "it again and check; this handle refuses further writes.",
      { cause },
    );
  }
}
