import { describe, expect, test } from "vitest";
import { Keyring } from "./keyring.ts";
import { nobleCrypto } from "./noble.ts";
import { checkSuccession } from "./succession.ts";

const RECIPIENT = "age1zq9x9mzml4yaqmu2h5ccvn39xa0cy6nypunnwedp792n7cp2xc4s7yyr9p";
const create = (converting = false) =>
  Keyring.create(nobleCrypto, { recipients: [RECIPIENT], converting, now: 0 });
const rotated = (keyring: Keyring) => keyring.rotated(nobleCrypto, 0);
const without = (keyring: Keyring) => rotated(keyring.withNewSecret(nobleCrypto));
const follow = (next: Keyring, ...past: Keyring[]) => checkSuccession(nobleCrypto, next, past);
const older = expect.objectContaining({
  code: "BABA_KEYRING",
  message: expect.stringContaining("an older key file"),
});
const another = expect.objectContaining({
  code: "BABA_KEYRING",
  message: expect.stringContaining("another keyring"),
});

describe("checkSuccession()", () => {
  test("admits any keyring after none, and the same again", () => {
    follow(create());
    const known = create();
    follow(known, known);
    follow(Keyring.parse(known.serialize()), known);
  });

  test("admits all that others may have done, one by one and several unseen at once", () => {
    const changes: readonly ((keyring: Keyring) => Keyring)[] = [
      (keyring) => keyring.converted(nobleCrypto),
      (keyring) => keyring.withRecipients([]),
      rotated,
      without,
      (keyring) => keyring.withRecipients([RECIPIENT]),
      rotated,
      (keyring) => keyring.withoutRetired(),
      rotated,
    ];
    const course = [create(true)];
    for (const change of changes) course.push(change(course.at(-1) ?? create()));
    for (const [i, next] of course.entries()) follow(next, ...course.slice(0, i));
    for (let seen = 0; seen < course.length; seen++) {
      const [known, retired] = [course[seen] ?? create(), course.slice(seen, 7)];
      for (const next of retired) follow(next, known);
    }
    const idle = create();
    follow(rotated(rotated(idle)).withoutRetired(), idle);
    follow(rotated(rotated(rotated(idle)).withoutRetired()), idle);
  });

  test("refuses one that is still being converted, after one that is not", () => {
    const converting = create(true);
    const converted = converting.converted(nobleCrypto);
    expect(() => follow(converting, converted)).toThrow(older);
    expect(() => follow(converting, rotated(converted))).toThrow(older);
    follow(rotated(converting), converting);
  });

  test("refuses one whose active key was retired, with the same fingerprint and with another", () => {
    const first = create();
    for (const next of [rotated(first), without(first), rotated(rotated(first))])
      expect(() => follow(first, next)).toThrow(older);
  });

  test("refuses keys that were given up: those that it had seen, and those before the active one", () => {
    const first = create();
    const second = rotated(first);
    const last = second.withoutRetired();
    expect(() => follow(second, last)).toThrow(older);
    expect(() => follow(first, first, second, last)).toThrow(older);
    expect(() => follow(second, second, rotated(last))).toThrow(older);
    expect(() => follow(first, second, last, rotated(last).withoutRetired())).toThrow();
  });

  test("refuses one in which a retired key is active again, and the active one retired", () => {
    const known = rotated(create());
    const text = new TextDecoder().decode(known.serialize());
    const swapped = text.replaceAll(/(?<="state":")\w+/g, (state) =>
      state === "active" ? "retired" : "active",
    );
    expect(() => follow(Keyring.parse(new TextEncoder().encode(swapped)), known)).toThrow(older);
  });

  test("refuses one that shares neither secret nor keys", () => {
    expect(() => follow(create(), create())).toThrow(another);
    expect(() => follow(without(create()).withoutRetired(), create())).toThrow(another);
  });

  test("refuses one that has the ids of the known keys, but neither secret nor keys", () => {
    const known = rotated(create());
    const text = new TextDecoder().decode(known.serialize());
    const forged = text.replaceAll(/"[0-9a-f]{64}"/g, `"${"cd".repeat(32)}"`);
    const next = Keyring.parse(new TextEncoder().encode(forged));
    expect(next.keys.map(({ id }) => id)).toEqual(known.keys.map(({ id }) => id));
    expect(() => follow(next, known)).toThrow(another);
  });
});
