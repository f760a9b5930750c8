// What servers that recognize handwritten digits answer. Nothing but the Fetch API is used, so it runs in every host that has it.
import type { Tensor } from '../../runtime/forward.js';

/** The network's inputs and outputs. */
export interface Digits {
  inputs: { image: Tensor<'float32'> };
  outputs: { probabilities: Tensor<'float32'> };
  variables: string;
}

export interface Answer {
  readonly digit: number;
  /** The probability of `digit`. */
  readonly confidence: number;
  /** One for each digit 0…9. */
  readonly probabilities: readonly number[];
}

export interface Refusal {
  readonly error: { readonly code: string; readonly message: string };
}

/** From an 8×8 image in 0…1, row by row, to ten probabilities. */
export type Recognize = (image: Float32Array) => ArrayLike<number>;

const usage = `POST {"pixels": [64 numbers, 0 to 16, 8x8 row by row]} to have a handwritten digit recognized.
The answer is {"digit", "confidence", "probabilities"}.
`;

class BadRequest extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A handler of requests: `fetch` of a Worker, or what `Deno.serve` takes. */
export function digitsService(recognize: Recognize): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === 'GET') return new Response(usage);
    if (request.method !== 'POST') {
      const message = `method ${request.method} is not supported; use GET or POST`;
      return Response.json(refusal('method', message), { status: 405, headers: { allow: 'GET, POST' } });
    }
    try {
      const pixels = readPixels(await request.text());
      return Response.json(answer(recognize(Float32Array.from(pixels, (value) => value / 16))));
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      return Response.json(refusal(error.code, error.message), { status: 400 });
    }
  };
}

function answer(scores: ArrayLike<number>): Answer {
  const probabilities = Array.from(scores);
  const confidence = Math.max(...probabilities);
  return { digit: probabilities.indexOf(confidence), confidence, probabilities };
}

function readPixels(body: string): number[] {
  const { pixels } = parseObject(body);
  if (!Array.isArray(pixels)) throw new BadRequest('pixels', 'body: pixels must be a list of 64 numbers');
  if (pixels.length !== 64) throw new BadRequest('count', `pixels: expects 64 numbers, got ${pixels.length}`);
  pixels.forEach((value: unknown, index) => {
    if (typeof value !== 'number' || value < 0 || value > 16) {
      throw new BadRequest('range', `pixels[${index}]: must be a number from 0 to 16, got ${JSON.stringify(value)}`);
    }
  });
  return pixels as number[];
}

function parseObject(body: string): { pixels?: unknown } {
  try {
    return Object(JSON.parse(body)) as object;
  } catch {
    throw new BadRequest('json', 'body: is not JSON');
  }
}

function refusal(code: string, message: string): Refusal {
  return { error: { code, message } };
}
