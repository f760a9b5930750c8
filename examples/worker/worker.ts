// A Cloudflare Worker that recognizes handwritten digits. Outside this repository, import from 'nacre/runtime/forward'.
import { instantiateSync, type Tensor } from '../../runtime/forward.js';
import digits from './digits.wasm';

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

interface Signature {
  inputs: { image: Tensor<'float32'> };
  outputs: { probabilities: Tensor<'float32'> };
  variables: string;
}

const usage = `POST {"pixels": [64 numbers, 0 to 16, 8x8 row by row]} to have a handwritten digit recognized.
The answer is {"digit", "confidence", "probabilities"}.
`;

const net = instantiateSync<Signature>(digits);

class BadRequest extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'GET') return new Response(usage);
    if (request.method !== 'POST') {
      const message = `method ${request.method} is not supported; use GET or POST`;
      return Response.json(refusal('method', message), { status: 405, headers: { allow: 'GET, POST' } });
    }
    try {
      return Response.json(recognize(readPixels(await request.text())));
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      return Response.json(refusal(error.code, error.message), { status: 400 });
    }
  },
};

function recognize(pixels: readonly number[]): Answer {
  const image = Float32Array.from(pixels, (value) => value / 16);
  const { probabilities } = net.forward({ image: { data: image, shape: [1, 8, 8, 1] } });
  const confidence = Math.max(...probabilities.data);
  return { digit: probabilities.data.indexOf(confidence), confidence, probabilities: [...probabilities.data] };
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
