import { useEffect, useMemo, useRef } from 'preact/hooks';
import { writeNpy } from '../../compiler/npy.js';
import type { Feed } from '../../compiler/report/feeds.js';
import { histogram } from '../../compiler/report/histogram.js';
import { figure, printCount, printMoments, printRange } from '../../compiler/report/numbers.js';
import { valuesOf } from '../runner/values.js';
import { HistogramPlot } from '../sections/histogram-plot.js';
import { byteSize, thousands } from '../text.js';
import { save } from '../ui/save.js';
import { pictureShape, pixelsOfValues, type PictureShape } from './image.js';
import { largest } from './top.js';

const SHOWN = 48;
const MOST_CLASSES = 100_000;

function Picture({
  values,
  picture,
  range,
  name,
}: {
  readonly values: ArrayLike<number>;
  readonly picture: PictureShape;
  readonly range: readonly [number, number];
  readonly name: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!canvas.current) return;
    canvas.current.width = picture.width;
    canvas.current.height = picture.height;
    const pixels = new ImageData(pixelsOfValues(values, picture, range), picture.width, picture.height);
    canvas.current.getContext('2d')?.putImageData(pixels, 0, 0);
  }, [values, picture, range]);
  return (
    <figure class="picture">
      <canvas ref={canvas} role="img" aria-label={`${name} as a picture`} />
      <figcaption>{`as a picture, ${figure(range[0])} black to ${figure(range[1])} white`}</figcaption>
    </figure>
  );
}

/** The largest elements of the first row. */
function Largest({ values, shape }: { readonly values: ArrayLike<number>; readonly shape: readonly number[] }) {
  const classes = shape.at(-1) ?? 1;
  if (classes < 2 || classes > MOST_CLASSES || shape.length > 3) return null;
  const best = largest(values, classes);
  const scale = Math.max(...best.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  return (
    <table class="largest">
      <caption>{shape.slice(0, -1).every((size) => size === 1) ? 'largest' : 'largest of the first row'}</caption>
      <thead>
        <tr>
          <th scope="col">index</th>
          <th scope="col" class="number">
            value
          </th>
          <th scope="col">
            <span class="unseen">size</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {best.map(({ index, value }) => (
          <tr key={index}>
            <th scope="row">{index}</th>
            <td class="number">{figure(value, 5)}</td>
            <td class="share">
              <span class="meter" style={{ width: `${(Math.abs(value) / scale) * 100}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Values within 0 to 1 or 0 to 255 stand as they are, others as far as they go. */
function rangeOf(min: number, max: number): readonly [number, number] {
  if (min >= 0 && max <= 1) return [0, 1];
  return min >= 0 && max <= 255 && max > 32 ? [0, 255] : [min, max];
}

/** Values of an output: numbers, the largest, a histogram, a picture where the shape is one. */
export function OutputView({ name, output }: { readonly name: string; readonly output: Feed }) {
  const { dtype, shape } = output;
  const { data, values } = useMemo(() => {
    const own = valuesOf(output);
    return { data: own, values: own instanceof BigInt64Array ? Float64Array.from(own, Number) : own };
  }, [output]);
  const summary = useMemo(() => histogram(values), [values]);
  const picture = useMemo(() => pictureShape(shape), [shape]);
  const range = useMemo(() => rangeOf(summary.min, summary.max), [summary]);
  const first = Array.from(values.subarray(0, SHOWN), (value) => figure(value));
  return (
    <section class="output" aria-label={`Output ${name}`}>
      <h3>
        {name} <span class="muted">{`(${shape.join(', ')}) ${dtype}`}</span>
      </h3>
      <p class="muted">{[...printCount(summary), ...printRange(summary), ...printMoments(summary)].join(' · ')}</p>
      <div class="output-parts">
        {picture && values.length > 0 && <Picture {...{ values, picture, range, name }} />}
        <Largest values={values} shape={shape} />
        {values.length > 1 && (
          <div class="output-plot">
            <HistogramPlot histogram={summary} name={name} />
          </div>
        )}
      </div>
      <details>
        <summary>{`Values${values.length > SHOWN ? ` (the first ${SHOWN} of ${thousands(values.length)})` : ''}`}</summary>
        <p class="values">{first.join('  ')}</p>
      </details>
      <button
        type="button"
        onClick={() => {
          const file = writeNpy({ dtype, shape, data });
          save(`${name.replace(/[^\w.-]+/g, '_')}.npy`, file, 'application/octet-stream');
        }}
      >
        Save {name}.npy
      </button>{' '}
      <span class="muted">{byteSize(output.bytes.length)}</span>
    </section>
  );
}
