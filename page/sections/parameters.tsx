import { useState } from 'preact/hooks';
import { arrange } from '../../compiler/report/arrange.js';
import { printCount, printMoments, printOrigin, printRange } from '../../compiler/report/numbers.js';
import type { VariableHistogram } from '../../compiler/report/variables.js';
import { plural } from '../text.js';
import { HistogramPlot } from './histogram-plot.js';

const FIRST = 12;

interface Props {
  readonly histograms: readonly VariableHistogram[];
  /** Variables whose sizes wait for the first input. */
  readonly deferred: readonly string[];
  readonly seed: string;
  /** No variable has values that a seed gives. */
  readonly isGiven: boolean;
}

function Figure({ variable, isStart }: { readonly variable: VariableHistogram; readonly isStart: boolean }) {
  return (
    <figure class={isStart ? 'start' : ''}>
      <figcaption>
        <b>{variable.name}</b>
        <span>{[...printOrigin(variable), ...printCount(variable)].join(' · ')}</span>
        <span>{[...printRange(variable), ...printMoments(variable)].join(' · ')}</span>
      </figcaption>
      <HistogramPlot histogram={variable} name={variable.name} />
    </figure>
  );
}

/** One histogram a variable: a layer starts a row, weights on the left and biases on the right. */
export function Parameters({ histograms, deferred, seed, isGiven }: Props) {
  const [isWhole, setWhole] = useState(false);
  const cells = arrange(histograms);
  const shown = isWhole ? cells : cells.slice(0, FIRST);
  return (
    <>
      <p class="muted">
        {histograms.length === 0 && deferred.length === 0
          ? 'The model has no variables.'
          : isGiven
            ? 'Values that travel with the module.'
            : `As the module initializes them from seed ${seed}.`}
      </p>
      {deferred.length > 0 && (
        <p>{`${deferred.join(', ')} ${deferred.length === 1 ? 'waits' : 'wait'} for the first input: run the model.`}</p>
      )}
      <div class="histograms">
        {shown.map((variable, index) =>
          variable ? <Figure key={variable.name} variable={variable} isStart={index % 2 === 0} /> : null,
        )}
      </div>
      {shown.length < cells.length && (
        <button type="button" onClick={() => setWhole(true)}>
          {`Show all ${plural(histograms.length, 'histogram')}`}
        </button>
      )}
    </>
  );
}
