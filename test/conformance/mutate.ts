/** Random changes of a file's bytes, as damage and malice make them. */

/** Numbers below a bound, from a seed: SplitMix32. */
export class Random {
  constructor(private state: number) {}

  below(bound: number): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state ^ (this.state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    z ^= z >>> 15;
    return (z >>> 0) % bound;
  }
}

/** Bytes that mean much in protobuf: ends, signs, lengths. */
const telling = [0, 1, 2, 7, 8, 10, 0x7f, 0x80, 0xfe, 0xff];

type Change = (bytes: Uint8Array, random: Random) => Uint8Array;

const changes: readonly Change[] = [
  // A bit.
  (bytes, random) => {
    const at = random.below(bytes.length);
    bytes[at]! ^= 1 << random.below(8);
    return bytes;
  },
  // A byte.
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = telling[random.below(telling.length)]!;
    return bytes;
  },
  // The end is missing.
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  // A part is missing, doubled, or stands elsewhere.
  (bytes, random) => {
    const [from, length] = [random.below(bytes.length), 1 + random.below(16)];
    return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(from + length)]);
  },
  (bytes, random) => {
    const [from, length] = [random.below(bytes.length), 1 + random.below(64)];
    const part = bytes.subarray(from, from + length);
    return Uint8Array.from([...bytes.subarray(0, from), ...part, ...bytes.subarray(from)]);
  },
  (bytes, random) => {
    const [from, to, length] = [random.below(bytes.length), random.below(bytes.length), 1 + random.below(16)];
    bytes.copyWithin(to, from, from + length);
    return bytes;
  },
  // A varint gets long.
  (bytes, random) => {
    const at = random.below(bytes.length);
    const many = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f].slice(random.below(8));
    return Uint8Array.from([...bytes.subarray(0, at), ...many, ...bytes.subarray(at + 1)]);
  },
];

/** A copy of a file with one to three changes. */
export function mutate(file: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = file.slice();
  for (let count = 1 + random.below(3); count > 0 && bytes.length > 0; count--) {
    bytes = changes[random.below(changes.length)]!(bytes, random);
  }
  return bytes;
}
