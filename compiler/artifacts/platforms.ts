/**
 * What hosts allow, as their documentation says. docs/platforms.md has the same table, which a test compares. A megabyte
 * is read as 10⁶ bytes, the smaller of its meanings, a mebibyte as 2²⁰.
 */
export interface Platform {
  readonly title: string;
  /** Bytes of what is deployed, in each plan, the least first; `counted` after or before compression with gzip. */
  readonly size: {
    readonly counted: 'raw' | 'gzip';
    /** Whether the file of external weights counts. */
    readonly withWeights: boolean;
    readonly plans: Readonly<Record<string, number>>;
  };
  /** Bytes. */
  readonly memory: number;
  /** Milliseconds of what runs before the first answer; null where no limit is documented. */
  readonly start: { readonly milliseconds: number; readonly of: string } | null;
  readonly source: string;
  /** When the source was read, or since when it says so. */
  readonly date: string;
}

const MB = 1e6;
const MiB = 2 ** 20;

export const platforms = {
  cloudflare: {
    title: 'Cloudflare Workers',
    size: { counted: 'raw', withWeights: false, plans: { all: 64 * MiB } },
    memory: 128 * MB,
    start: { milliseconds: 1000, of: 'CPU time of the global scope' },
    source: 'https://developers.cloudflare.com/workers/platform/limits/',
    date: '2026-09-04',
  },
  vercel: {
    title: 'Vercel, edge runtime',
    size: { counted: 'gzip', withWeights: false, plans: { hobby: MB, pro: 2 * MB, enterprise: 4 * MB } },
    memory: 128 * MB,
    start: { milliseconds: 25_000, of: 'time to the first byte of the answer' },
    source: 'https://vercel.com/docs/functions/edge-middleware/limitations',
    date: '2026-11-22',
  },
  netlify: {
    title: 'Netlify Edge Functions',
    size: { counted: 'gzip', withWeights: false, plans: { all: 20 * MB } },
    memory: 512 * MB,
    start: { milliseconds: 50, of: 'CPU time of a request' },
    source: 'https://docs.netlify.com/build/edge-functions/limits/',
    date: '2026-11-22',
  },
  deno: {
    title: 'Deno Deploy',
    size: { counted: 'raw', withWeights: true, plans: { all: 1000 * MB } },
    memory: 512 * MB,
    start: null,
    source: 'https://docs.deno.com/deploy/pricing_and_limits/',
    date: '2026-11-22',
  },
  browser: {
    title: 'browsers',
    size: { counted: 'raw', withWeights: false, plans: { all: 1024 * MiB } },
    memory: 4096 * MiB,
    start: null,
    source: 'https://webassembly.github.io/spec/js-api/#limits',
    date: '2026-11-22',
  },
} as const satisfies Readonly<Record<string, Platform>>;

export type PlatformName = keyof typeof platforms;

export const platformNames = Object.keys(platforms) as readonly PlatformName[];
