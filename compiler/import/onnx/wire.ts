import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { ImportError } from '../../errors.js';

/** Messages nested deeper than this are refused. */
const MOST_LEVELS = 100;

/** What one field of a message does with its value; the reader stands at the value. */
type Field = (reader: FieldReader) => void;
export type Fields = Readonly<Record<number, Field>>;

/** Reads the value of one field as the type that its schema says. */
export class FieldReader {
  constructor(
    private readonly reader: BinaryReader,
    private readonly type: WireType,
    private readonly path: string,
    private readonly level: number,
  ) {}

  private expect(type: WireType): void {
    if (this.type === type) return;
    throw new ImportError('protobuf', this.path, `expects wire type ${type}, got ${this.type}`);
  }

  bytes(): Uint8Array {
    this.expect(WireType.LengthDelimited);
    return this.reader.bytes();
  }

  text(): string {
    const bytes = this.bytes();
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new ImportError('protobuf', this.path, 'is no UTF-8 text');
    }
  }

  int64(): bigint {
    this.expect(WireType.Varint);
    return BigInt(this.reader.int64());
  }

  /** An int64 that must fit in a JavaScript number. */
  whole(): number {
    const value = this.int64();
    if (value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)) return Number(value);
    throw new ImportError('protobuf', this.path, `${value} is out of range`);
  }

  float(): number {
    this.expect(WireType.Bit32);
    return this.reader.float();
  }

  /** Every value of a repeated field, packed or not. */
  private repeated<T>(type: WireType, read: (reader: BinaryReader) => T, into: T[]): void {
    if (this.type !== WireType.LengthDelimited) {
      this.expect(type);
      into.push(read(this.reader));
      return;
    }
    const packed = new BinaryReader(this.reader.bytes());
    while (packed.pos < packed.len) into.push(read(packed));
  }

  int64s(into: bigint[]): void {
    this.repeated(WireType.Varint, (reader) => BigInt(reader.int64()), into);
  }

  int32s(into: number[]): void {
    this.repeated(WireType.Varint, (reader) => reader.int32(), into);
  }

  floats(into: number[]): void {
    this.repeated(WireType.Bit32, (reader) => reader.float(), into);
  }

  message(what: string, fields: Fields): void {
    readMessage(this.bytes(), `${this.path}.${what}`, fields, this.level + 1);
  }
}

/**
 * Reads a protobuf message field by field; fields that nobody asks for are skipped.
 *
 * @param path as errors name it
 * @throws ImportError for bytes that end too early or are no protobuf
 */
export function readMessage(bytes: Uint8Array, path: string, fields: Fields, level = 0): void {
  if (level > MOST_LEVELS) {
    throw new ImportError('protobuf', path.slice(0, 60), `is nested deeper than ${MOST_LEVELS} levels`);
  }
  const reader = new BinaryReader(bytes);
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      const read = fields[field];
      if (read) read(new FieldReader(reader, type, path, level));
      else reader.skip(type, field);
    }
  } catch (error) {
    if (error instanceof ImportError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new ImportError('protobuf', path, `is damaged at byte ${reader.pos} of ${reader.len}: ${text}`);
  }
  if (reader.pos > reader.len) throw new ImportError('protobuf', path, 'ends too early');
}
