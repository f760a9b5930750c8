import { instantiateSync } from '../../runtime/forward.js';
import { loadDigits, pixelsPerImage } from './data.js';
import type { Answer, Refusal } from './service.js';

const shownDigits = 20;

const refused: readonly (readonly [body: string, code: string, message: string])[] = [
  ['{', 'json', 'body: is not JSON'],
  ['null', 'pixels', 'body: pixels must be a list of 64 numbers'],
  ['{"pixels":"64"}', 'pixels', 'body: pixels must be a list of 64 numbers'],
  ['{"pixels":[1,2,3]}', 'count', 'pixels: expects 64 numbers, got 3'],
  [JSON.stringify({ pixels: new Array(64).fill(17) }), 'range', 'pixels[0]: must be a number from 0 to 16, got 17'],
  [
    JSON.stringify({ pixels: [...new Array<number>(63).fill(0), null] }),
    'range',
    'pixels[63]: must be a number from 0 to 16, got null',
  ],
];

/** The bodies of requests for the first test digits. */
export function requestBodies(count: number): string[] {
  const { images } = loadDigits().test;
  return Array.from({ length: count }, (_, i) => {
    const pixels = images.subarray(i * pixelsPerImage, (i + 1) * pixelsPerImage);
    return JSON.stringify({ pixels: Array.from(pixels, (value) => value * 16) });
  });
}

/** Asks a digits service and collects what is wrong with its answers. */
export class ServiceCheck {
  readonly failures: string[] = [];

  constructor(private readonly url: URL) {}

  /** Posts test digits; the answers must have the very bits of the same module in this process. */
  async digits(binary: Uint8Array): Promise<void> {
    const net = instantiateSync(binary);
    const { images, labels } = loadDigits().test;
    let right = 0;
    for (const [i, body] of requestBodies(shownDigits).entries()) {
      const image = images.slice(i * pixelsPerImage, (i + 1) * pixelsPerImage);
      const here = net.forward({ image: { data: image, shape: [1, 8, 8, 1] } });
      const { status, answer } = await this.post(body);
      this.expect(`digit ${i}, status`, status, 200);
      if (!('digit' in answer)) continue;
      this.expect(`digit ${i}, probabilities`, answer.probabilities, [...here['probabilities']!.data]);
      if (answer.digit === labels[i]) right++;
      console.log(`label ${labels[i]}  answer ${answer.digit}  ${(answer.confidence * 100).toFixed(1)} %`);
    }
    this.expect('digits recognized', right, shownDigits);
  }

  /** Sends what must be refused, each with its status and text. */
  async refusals(): Promise<void> {
    for (const [body, code, message] of refused) {
      this.expect(`refusal of ${body}`, await this.post(body), { status: 400, answer: { error: { code, message } } });
    }
    const put = await fetch(this.url, { method: 'PUT', body: '' });
    this.expect('PUT', [put.status, put.headers.get('allow')], [405, 'GET, POST']);
    const get = await fetch(this.url);
    this.expect('GET', [get.status, (await get.text()).startsWith('POST {"pixels"')], [200, true]);
  }

  private expect(title: string, got: unknown, expected: unknown): void {
    const [left, right] = [got, expected].map((value) => JSON.stringify(value));
    if (left !== right) this.failures.push(`${title}: expected ${right}, got ${left}`);
  }

  private async post(body: string): Promise<{ status: number; answer: Answer | Refusal }> {
    const response = await fetch(this.url, { method: 'POST', body });
    return { status: response.status, answer: (await response.json()) as Answer | Refusal };
  }
}
