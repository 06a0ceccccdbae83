import { isRunning, type ProcessIdentity, parseProcessIdentity } from "@baba/core/adapter";
import { evidenceOf, here } from "./proc.ts";

/**
 * This process as one line of JSON. Its number is for people alone: what others go by is the lock, which
 * needs no permission, and holds in containers and worker threads too.
 */
export function processIdentity(): string {
  return JSON.stringify({ pid: Deno.pid, host: hostname(), lock: true } satisfies ProcessIdentity);
}

/**
 * `false` only where the process of the identity is proved to have ended: it has let go of the lock that it
 * keeps while it lives; or, as far as this process may look at others, the machine was started anew since, or
 * no process of this one has its number, or another has it by now. `true` only where it is proved to live: it keeps
 * its lock; or in this start of the machine a process of its number was started when it was. `undefined` where neither is known.
 *
 * @param isLocked whether there is a lock on what the process has announced; `undefined` where that is not known
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

/** Only where it may be asked for without a question to the user. */
function hostname(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : "";
}
