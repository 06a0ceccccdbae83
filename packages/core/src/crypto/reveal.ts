import { BabaError } from "../errors.ts";
import { printable } from "../printable.ts";
import type { Breathe } from "../runtime/event-loop.ts";
import type { Content } from "../storage/storage.ts";
import { contentOf, isSealed, type Seals } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";
import type { Lock } from "./lock.ts";
import { keyFileMissing, plainStore, plainUnderRawKey, sealedWithoutKey } from "./refusals.ts";

/** What decides how a store's records are opened, at one moment. */
export type KeysAtHand = {
  readonly lockKind: Lock["kind"];
  /** `undefined` in a plain store, and in one that has no keys yet. */
  readonly seals: Seals | undefined;
  /** `undefined` also with a raw key. */
  readonly keyring: Keyring | undefined;
  /** A plain record that is in the way of the given key. */
  readonly plainRecord: string | undefined;
};

/** Stored records, by position. */
export type Kept = { readonly names: readonly string[]; readonly kept: readonly Content[] };

/**
 * The contents of records under the keys at hand; what these do not open, under those with which the records
 * were read: a rotation may have come in between.
 */
export async function contentsOf(
  { names, kept }: Kept,
  now: KeysAtHand,
  former: Seals | undefined,
  breathe: Breathe,
): Promise<readonly Content[]> {
  const contents: Content[] = [];
  for (const [i, bytes] of kept.entries()) {
    const name = names[i] ?? "";
    const content = opened(name, bytes, now);
    const known = content instanceof Promise ? await content : content;
    const retries = isUnknown(known) && bytes instanceof Uint8Array && former !== undefined;
    contents.push(retries ? await contentOf(bytes, name, former) : known);
    const pause = breathe();
    if (pause !== undefined) await pause;
  }
  return contents;
}

/** Whether the contents might differ with a keyring that another process has made or changed. */
export function isDoubtful(kept: readonly Content[], contents: readonly Content[], now: KeysAtHand): boolean {
  if (now.seals === undefined) return now.lockKind !== "none" && kept.some(isSealedContent);
  if (now.keyring === undefined) return false;
  const { converting } = now.keyring;
  return contents.some((content, i) => isUnknown(content) || (converting && isPlain(kept[i])));
}

/** The contents if the keyring has changed and cannot be opened: what is in doubt fails for that reason. */
export function inDoubt(
  { names, kept }: Kept,
  contents: readonly Content[],
  failure: BabaError,
): readonly Content[] {
  return contents.map((content, i) => {
    // Nobody vouches for a plain record if the store has been sealed meanwhile.
    if (!isUnknown(content) && !isPlain(kept[i])) return content;
    const record = names[i] ?? "";
    return new BabaError(failure.code, `${printable(record)}: ${failure.message}`, {
      record,
      cause: failure,
    });
  });
}

/** Whether a record's stored form is a sealed one. */
export function isSealedContent(content: Content): boolean {
  return content instanceof Uint8Array && isSealed(content);
}

function isPlain(content: Content): boolean {
  return content instanceof Uint8Array && !isSealed(content);
}

function isUnknown(content: Content): content is BabaError {
  return content instanceof BabaError && content.code === "BABA_KEY_UNKNOWN";
}

function opened(name: string, bytes: Content, at: KeysAtHand): Content | Promise<Content> {
  if (!(bytes instanceof Uint8Array)) return bytes;
  const plain = !isSealed(bytes);
  if (at.seals === undefined) {
    if (at.lockKind === "none") return plain ? bytes : sealedWithoutKey(name);
    return plain ? plainStore(name) : keyFileMissing(name);
  }
  if (plain && at.keyring?.converting === true) return bytes;
  if (plain && at.plainRecord !== undefined) return plainUnderRawKey(name);
  return contentOf(bytes, name, at.seals);
}
