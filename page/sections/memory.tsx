import type { MemoryData } from '../../compiler/report/model/types.js';
import { byteSize, plural, thousands } from '../text.js';
import { atText } from './facts.js';

const WIDTH = 860;
const HEIGHT = 260;
const LEFT = 76;
const BOTTOM = 34;
/** As many buffers as are drawn, the largest. */
const MOST = 600;

function Regions({ regions }: Pick<MemoryData, 'regions'>) {
  const total = regions.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <table class="regions">
      <thead>
        <tr>
          <th scope="col">region</th>
          <th scope="col" class="number">
            bytes
          </th>
          <th scope="col">share</th>
        </tr>
      </thead>
      <tbody>
        {regions.map(({ name, bytes }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{byteSize(bytes)}</td>
            <td class="share">
              <span class="meter" style={{ width: `${Math.max(0.5, (bytes / total) * 100)}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Buffers over the steps of forward: left to right time, upwards addresses. */
function Arena({ memory }: { readonly memory: MemoryData }) {
  const { steps, buffers, arena } = memory;
  if (arena === 0 || steps.length === 0) return null;
  const [width, height] = [WIDTH - LEFT - 8, HEIGHT - BOTTOM - 8];
  const x = (step: number): number => LEFT + (step / steps.length) * width;
  const y = (offset: number): number => 8 + height - (offset / arena) * height;
  const drawn = buffers.length <= MOST ? buffers : [...buffers].sort((a, b) => b.bytes - a.bytes).slice(0, MOST);
  return (
    <figure class="arena">
      <figcaption>
        {`The arena: ${plural(buffers.length, 'buffer')} in ${byteSize(arena)}, at most ${byteSize(memory.peak)} in use at once`}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Buffers of the arena by address over ${plural(steps.length, 'step')} of forward`}
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line class="grid" x1={LEFT} x2={LEFT + width} y1={y(arena * share)} y2={y(arena * share)} />
            <text class="end" x={LEFT - 6} y={y(arena * share) + 4}>
              {byteSize(Math.round(arena * share))}
            </text>
          </g>
        ))}
        {drawn.map(({ name, offset, bytes, first, last }, index) => (
          <rect
            key={index}
            class="buffer"
            x={x(first)}
            width={Math.max(0.5, x(last + 1) - x(first))}
            y={y(offset + bytes)}
            height={Math.max(0.5, y(offset) - y(offset + bytes))}
          >
            <title>
              {`${name}: ${thousands(bytes)} bytes at ${thousands(offset)}, steps ${first} (${steps[first]}) to ${last} (${steps[last]})`}
            </title>
          </rect>
        ))}
        <text x={LEFT} y={HEIGHT - 12}>
          step 0
        </text>
        <text class="end" x={LEFT + width} y={HEIGHT - 12}>
          {`step ${steps.length - 1}`}
        </text>
      </svg>
    </figure>
  );
}

/** Where the bytes are, and how buffers share them. */
export function Memory({ memory }: { readonly memory: MemoryData }) {
  const at = atText(memory.at);
  return (
    <>
      <p class="muted">{at === '' ? 'All sizes are known.' : `For the sizes kernels are chosen for: ${at}.`}</p>
      <div class="memory">
        <Regions regions={memory.regions} />
        <Arena memory={memory} />
      </div>
    </>
  );
}
