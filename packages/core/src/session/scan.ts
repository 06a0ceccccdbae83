import type { Schema } from "../model/index.ts";
import type { EventLoop } from "../runtime/event-loop.ts";
import { type FolderCache, FolderDraft } from "./folder-cache.ts";
import { type Text, textsIn } from "./text.ts";
import type { View } from "./view.ts";

/**
 * Some records of a folder: their names and texts, `undefined` for a deleted one. `isKnown`: the reader has
 * read all of the folder's records before.
 */
export type Chunk = {
  readonly names: readonly string[];
  readonly texts: readonly (Text | undefined)[];
  readonly isKnown?: boolean;
};

/** Records in the first chunk: few enough to arrive at once. */
const FIRST_CHUNK = 64;
/** The most records in a chunk: as many as are read from the file system in one go. */
const LARGEST_CHUNK = 256;
/** A chunk's target size in characters. A stream holds a few chunks, and eleven bytes per character. */
const CHUNK_LENGTH = 128 * 1024;
/** Chunks under way at once: the one that is waited for, and the next, read while the caller processes it. */
const UNDER_WAY = 2;

/** What a scan reads: the session's view, beside what its database has cached. */
export type ScanContext = {
  readonly view: View;
  readonly cache: FolderCache;
  readonly loop: Pick<EventLoop, "pause">;
};

/**
 * The records of a folder, ordered by name, chunk by chunk and in bounded memory: from the cache if nothing
 * has changed since, otherwise from the storage, to be cached. A caller that asks for more after the last
 * chunk has read every record; the cache remembers this about `reader`.
 */
export async function* scan(context: ScanContext, folder: string, reader?: Schema): AsyncGenerator<Chunk> {
  const stamp = await context.view.stamp(folder);
  const cached = stamp === undefined ? undefined : context.cache.find(folder, stamp);
  if (cached === undefined) return yield* scanStorage(context, { folder, stamp, reader });
  const { names, texts } = cached;
  yield { names, texts, isKnown: cached.wasReadBy(reader) };
  cached.noteReader(reader);
}

/** A folder that is not cached: who reads it, and its stamp before the first read. */
type Uncached = {
  readonly folder: string;
  readonly stamp: string | undefined;
  readonly reader: Schema | undefined;
};

async function* scanStorage(
  { view, cache, loop }: ScanContext,
  { folder, stamp, reader }: Uncached,
): AsyncGenerator<Chunk> {
  const { generation } = view;
  const { names, own: ownNames } = await view.list(folder);
  // Listing thousands of names and reading the first records are both long stretches of work.
  await loop.pause();
  const draft = new FolderDraft(names.length);
  // The session may undo its changes before the records are read, while the list of names includes them.
  if (ownNames) draft.spoil();
  for await (const chunk of readAhead(view, names)) {
    if (chunk.own || stamp === undefined) draft.spoil();
    draft.add(chunk.names, chunk.texts);
    yield chunk;
  }
  // After a commit or a rollback, asking for the stamp would count as having listed the folder anew.
  if (stamp === undefined || draft.spoiled || view.generation !== generation) return;
  draft.noteReader(reader);
  // If the stamp has not changed, all of it is from one state.
  if ((await view.stamp(folder)) === stamp) cache.keep(folder, stamp, draft);
}

/** `own`: may include pending changes of the session. `cut`: fewer records came than were asked for. */
type ReadChunk = Chunk & { readonly own: boolean; readonly cut: boolean };

async function* readAhead(view: View, names: readonly string[]): AsyncGenerator<ReadChunk> {
  const ahead: Promise<ReadChunk>[] = [];
  let [asked, size] = [0, FIRST_CHUNK];
  for (let done = 0; done < names.length; ) {
    for (; ahead.length < UNDER_WAY && asked < names.length; asked += size)
      ahead.push(read(view, names.slice(asked, asked + size)));
    const chunk = await ahead.shift();
    if (chunk === undefined) break;
    done += chunk.names.length;
    size = sizeAfter(chunk);
    if (chunk.cut) {
      // Request the missing rest, and what was requested after it, again in chunks of another size.
      ahead.length = 0;
      asked = done;
    }
    yield chunk;
  }
}

/** A failure only surfaces when the chunk is awaited. */
function read(view: View, names: readonly string[]): Promise<ReadChunk> {
  const own = view.pending.size > 0;
  const chunk = view.read(names).then((payloads) => {
    const cut = payloads.length < names.length;
    return { names: cut ? names.slice(0, payloads.length) : names, texts: textsIn(payloads), own, cut };
  });
  chunk.catch(() => undefined);
  return chunk;
}

/** The number of records to request next, judging by the average length in this chunk. */
function sizeAfter({ texts }: Chunk): number {
  const length = texts.reduce((sum, text) => sum + (typeof text === "string" ? text.length : 0), 0);
  const fitting = Math.floor((CHUNK_LENGTH * texts.length) / Math.max(1, length));
  return Math.min(LARGEST_CHUNK, Math.max(1, fitting));
}
