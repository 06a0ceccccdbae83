import { errorOf } from "@baba/core/adapter";

/**
 * An error in transit between threads: structured cloning keeps only the message of an `Error`, and callers
 * need its `code`.
 */
export type WireError = {
  readonly message: string;
  readonly code?: string | undefined;
  readonly errno?: number | undefined;
  readonly syscall?: string | undefined;
  readonly path?: string | undefined;
};

/** A call to a thread: one of its jobs by name. */
export type Call = { readonly id: number; readonly job: string; readonly input: readonly unknown[] };

/** A thread's answer; the first one, without an id, says that it has started. */
export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: WireError };

/** An error as data. */
export function packError(error: unknown): WireError {
  const { message, code, errno, syscall, path }: NodeJS.ErrnoException = errorOf(error);
  return { message, code, errno, syscall, path };
}

/** The error again. */
export function unpackError({ message, ...details }: WireError): Error {
  return Object.assign(new Error(message), details);
}
