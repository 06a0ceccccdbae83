import { encodedSize, encodeInto, TextRoom } from "../../codec/index.ts";
import { BATCH_BYTES, type Encode } from "./placement.ts";

/** Room for the texts of a batch, unless one of its records is large. */
const LARGE_ROOM = 12 * BATCH_BYTES;
/** Batches with fewer bytes of text have memory of their own. */
const FEW_BYTES = LARGE_ROOM / 4;

/**
 * Rooms in which the texts of large batches are encoded without a copy; reused, as fresh memory is slow to
 * touch. There are as many as were lent at one time.
 */
export class TextRooms {
  readonly #free: TextRoom[] = [];

  /**
   * Lends an encoder for texts of `size` bytes in all until `use` ends. After a failure the room is not
   * reused, as it may still be read.
   */
  async lend<T>(size: number, use: (encode: Encode) => Promise<T>): Promise<T> {
    if (size < FEW_BYTES || size > LARGE_ROOM) return use(inOnePiece(size));
    const room = this.#free.pop() ?? new TextRoom(LARGE_ROOM);
    const result = await use(inRoom(room));
    this.#free.push(room);
    return result;
  }
}

function inRoom(room: TextRoom): Encode {
  let end = 0;
  return (payload) => {
    const text = room.encode(payload, end);
    end += text.length;
    return text;
  };
}

/**
 * Encodes texts of `size` bytes in all: allocating that of each record separately costs as much as encoding it.
 */
export function inOnePiece(size: number): Encode {
  const all = new Uint8Array(size);
  let end = 0;
  return (payload) => {
    const text = all.subarray(end, end + encodedSize(payload.length));
    end += encodeInto(payload, text);
    return text;
  };
}
