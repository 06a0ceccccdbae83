import { isRunning, type ProcessIdentity, parseProcessIdentity } from "@baba/core/adapter";
import { evidenceOf, here } from "./proc.ts";

/**
 * This process as one line of JSON. Its number is only for people: others rely on the lock, which needs no
 * permission, and also works in containers and worker threads.
 */
export function processIdentity(): string {
  return JSON.stringify({ pid: Deno.pid, host: hostname(), lock: true } satisfies ProcessIdentity);
}

/**
 * `false` only if the process of the identity is proved to have ended: it no longer holds the lock that it
 * holds while it lives; or, as far as this process may look at others, the machine has rebooted since, or no
 * process or another one has its number. `true` only if it is proved to live: it holds its lock; or, since
 * this boot, a process of its number was started at its time. `undefined` if neither is known.
 *
 * @param isLocked whether there is a lock on the file that the process announced; `undefined` if that is not
 * known
 */
export async function processLives(
  text: string,
  isLocked: () => Promise<boolean | undefined>,
): Promise<boolean | undefined> {
  const identity = parseProcessIdentity(text);
  if (identity === undefined) return undefined;
  if (identity.lock) return isLocked();
  const { boot, namespaces } = (await here()) ?? {};
  if (boot === undefined || identity.boot === undefined) return undefined;
  if (boot !== identity.boot) return false;
  if (namespaces === undefined || namespaces !== identity.namespaces) return undefined;
  const found = await evidenceOf(identity.pid);
  if (found === "none") return false;
  return found && isRunning(identity, found);
}

/** Only if it can be read without prompting the user. */
function hostname(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : "";
}
