import { expect, test } from "vitest";
import { BabaError } from "../errors.ts";
import { ioError } from "./io-error.ts";

test.each([
  ["a code that is not explained", Object.assign(new Error("x"), { code: "EIO" }), "EIO"],
  ["no code", new TypeError("a bug"), "unknown error"],
])("ioError() of %s keeps the cause, and says what to do", (_, cause, told) => {
  const error = ioError(cause, "1.baba", "read");
  expect(error).toMatchObject({ code: "BABA_IO", record: "1.baba", cause });
  expect(error.message).toBe(
    `1.baba: cannot read (${told}): see the cause; check the disk or file system, and try again.`,
  );
});

test.each([
  ["EISDIR", "BABA_NOT_A_RECORD"],
  ["ENOTDIR", "BABA_NOT_A_FOLDER"],
  ["ELOOP", "BABA_NOT_A_RECORD"],
])("ioError() of the store's folder and %s does not advise to move it or a link away", (posix, code) => {
  const error = ioError(Object.assign(new Error("x"), { code: posix }), ".baba", "take the write lock");
  expect(error).toMatchObject({ code, record: ".baba" });
  expect(error.message).toMatch(
    /^\.baba: cannot .* put back what a link leads to, .* and leave the rest of the store's folder where it is\.$/,
  );
});

test("ioError() of a file too long for any buffer says that it is none of BabaDB's", () => {
  const cause = Object.assign(new RangeError("out of range"), { code: "ERR_OUT_OF_RANGE" });
  expect(ioError(cause, "1.baba", "read")).toMatchObject({
    code: "BABA_IO",
    message:
      "1.baba: cannot read (ERR_OUT_OF_RANGE): the file is longer than any record of BabaDB; move it away.",
  });
});

test.each([".baba", ".baba/store.json"])(
  "ioError() of a file too long for any buffer in the store's folder, read as %s, does not advise to move it away",
  (name) => {
    const cause = Object.assign(new Error("is 2 GiB long"), { code: "ERR_FS_FILE_TOO_LARGE" });
    const { code, message } = ioError(cause, name, "open the store");
    expect(code).toBe("BABA_IO");
    expect(message).toMatch(
      /^\.baba.*: cannot open the store \(ERR_FS_FILE_TOO_LARGE\): .* copy the whole directory first/,
    );
    expect(message).not.toContain("away");
  },
);

test("ioError() of a file that passes the process's limit says which limit to raise, and not to make room", () => {
  const cause = Object.assign(new Error("file too large"), { code: "EFBIG" });
  const { code, message } = ioError(cause, ".baba", "commit");
  expect(code).toBe("BABA_IO");
  expect(message).toMatch(/^\.baba: cannot commit \(EFBIG\): .* \(ulimit -f\)/);
  expect(message).not.toContain("room");
});

test("ioError() of a folder on another file system says how the store goes on", () => {
  const cause = Object.assign(new Error("x"), { code: "EXDEV" });
  const error = ioError(cause, "mount/1.baba", "put in place");
  expect(error).toMatchObject({ code: "BABA_IO", record: "mount/1.baba" });
  expect(error.message).toContain("unmount it, after which the next commit or open goes on");
});

test("ioError() of what Node's permission model forbids says how to read, and how to commit", () => {
  const denied = Object.assign(new Error("fdatasync API is disabled"), { code: "ERR_ACCESS_DENIED" });
  const { code, message } = ioError(denied, ".baba", "make the store's folder");
  expect(code).toBe("BABA_PERMISSION");
  expect(message).toContain("to read, give --allow-fs-read");
  expect(message).toContain("to commit, run without --permission");
});

test("ioError() of a file in the store's folder looks for a link on the path to it", () => {
  const cause = Object.assign(new Error("x"), { code: "ELOOP" });
  const { message } = ioError(cause, ".baba/store.json", "read");
  expect(message).toContain("something there, or on the path to it, is a link");
});

test("ioError() of a BabaError is that error", () => {
  const error = new BabaError("BABA_NAME", "The name is too long.");
  expect(ioError(error, "1.baba", "read")).toBe(error);
});
