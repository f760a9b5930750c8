import type { VariableHistogram } from './variables.js';
import type { ModelData } from './model/types.js';
import type { Feed } from './feeds.js';
import { escape } from './page.js';

/** A module as the page embeds it. */
export interface ModuleData {
  /** The name of its files without an ending. */
  readonly name: string;
  readonly binary: Uint8Array;
  /** Bytes of it under gzip. */
  readonly gzip: number;
  /** Text of its `.d.wasm.ts`. */
  readonly types: string;
  /** Text of a loader of this model alone, where there is one. */
  readonly loader?: string;
  /** The safetensors file with its weights, where they are external. */
  readonly weights?: Uint8Array;
}

/** What a page is about. */
export interface ReportData {
  /** Of nacre. */
  readonly version: string;
  readonly model: ModelData;
  readonly module: ModuleData;
  /** Of the variables whose sizes are known. */
  readonly histograms: readonly VariableHistogram[];
  /** Values of inputs that were given with the model. */
  readonly inputs: Readonly<Record<string, Feed>>;
}

const DATA = '{{data}}';
const TITLE = '{{title}}';

/** JSON that a script element can hold: no text of it ends the element or starts a comment. */
export const scriptJson = (value: unknown): string =>
  // `this` is where a value stands, before what `toJSON` of a Buffer makes of it.
  JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key) {
    return encode(this[key]);
  }).replace(/[<>\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const CHUNK = 0x8000;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

/** Bytes become `{ base64 }`, numbers that are not finite `{ number }`. */
function encode(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
  if (!ArrayBuffer.isView(value)) return value;
  return { base64: base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
}

/** What `scriptJson` has written; bytes come back as `Uint8Array`. */
export const parseScriptJson = (text: string): unknown =>
  JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    const { base64: coded, number } = part as { readonly base64?: unknown; readonly number?: unknown };
    if (typeof coded === 'string') return Uint8Array.from(atob(coded), (character) => character.charCodeAt(0));
    return typeof number === 'string' && Object.keys(part).length === 1 ? Number(number) : part;
  });

/**
 * The page of a model: one HTML file that needs no other.
 *
 * @param template as it is built with the package
 */
export function fillTemplate(template: string, data: ReportData): string {
  const title = `${data.model.name ?? data.module.name} · nacre report`;
  const [beforeTitle, rest] = split(template, TITLE);
  const [beforeData, after] = split(rest, DATA);
  return [beforeTitle, escape(title), beforeData, scriptJson(data), after].join('');
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
