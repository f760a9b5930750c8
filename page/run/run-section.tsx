import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Feed } from '../../compiler/report/feeds.js';
import type { ReportData } from '../../compiler/report/document.js';
import type { Initialized, RunResult, Timing } from '../runner/functions.js';
import type { Runner } from '../runner/client.js';
import { durationText, thousands } from '../text.js';
import { FaultPanel } from '../ui/fault-panel.js';
import { Cancelled, faultOf, type Fault } from '../workers/rpc.js';
import { feedOf, firstChoice, type Choice } from './feeds.js';
import { InputForm } from './input-form.js';
import { OutputView } from './output-view.js';
import { countOf, firstSizes, shapeOf, sizesFrom, type Sizes } from './shapes.js';

interface Props {
  readonly data: ReportData;
  readonly runner: Runner;
  /** Settles when the module is instantiated. */
  readonly opened: Promise<Initialized>;
  /** Tells what the variables are now. */
  readonly onInitialized: (initialized: Initialized) => void;
  readonly onStatus: (text: string) => void;
  /** Starts the worker again after a call was cancelled. */
  readonly onReopen: () => void;
}

type Choices = Readonly<Record<string, Choice>>;

function firstChoices({ model, inputs }: ReportData): Choices {
  return Object.fromEntries(
    model.inputs.map((port) => {
      const feed = inputs[port.name];
      return [port.name, feed ? { kind: 'file', name: 'as given', feed } : firstChoice(port, model)];
    }),
  );
}

function openSizes({ model, inputs }: ReportData): Sizes {
  const given = model.inputs.map((port) => (inputs[port.name] ? sizesFrom(port, inputs[port.name]!.shape) : {}));
  return Object.assign({ ...firstSizes(model) }, ...given) as Sizes;
}

/** How long a forward takes, and what that is in operations: two a multiply-add. */
function TimingText({ timing, multiplyAdds }: { readonly timing: Timing; readonly multiplyAdds: number | undefined }) {
  const { runs, median } = timing;
  const rate = multiplyAdds ? (2 * multiplyAdds) / (median / 1000) / 1e9 : undefined;
  return (
    <p class="timing">
      <strong>{durationText(median)}</strong>
      {` median of ${thousands(runs)} forwards`}
      {rate !== undefined && (
        <>
          {' · '}
          <strong>{`${Number(rate.toPrecision(3))} GFLOP/s`}</strong>
          {` from ${thousands(multiplyAdds!)} multiply-adds`}
        </>
      )}
    </p>
  );
}

/** Inputs, a run, its outputs and its time. */
export function RunSection({ data, runner, opened, onInitialized, onStatus, onReopen }: Props) {
  const { model } = data;
  const [choices, setChoices] = useState<Choices>(() => firstChoices(data));
  const [sizes, setSizes] = useState<Sizes>(() => openSizes(data));
  const [seed, setSeed] = useState<string | undefined>();
  const [used, setUsed] = useState<string | undefined>();
  const [busy, setBusy] = useState<'run' | 'time' | undefined>();
  const [result, setResult] = useState<RunResult | undefined>();
  const [timing, setTiming] = useState<Timing | undefined>();
  const [fault, setFault] = useState<Fault | undefined>();
  const isSeeded = model.variables.some(({ given }) => !given);

  const shapes = useMemo(
    () =>
      Object.fromEntries(
        model.inputs.map((port) => {
          try {
            return [port.name, shapeOf(port, sizes)];
          } catch {
            return [port.name, undefined];
          }
        }),
      ),
    [model, sizes],
  );

  const choose = (name: string, choice: Choice): void => {
    setChoices({ ...choices, [name]: choice });
    setFault(undefined);
    const port = model.inputs.find((each) => each.name === name)!;
    if (choice.kind === 'file') setSizes({ ...sizes, ...sizesFrom(port, choice.feed.shape) });
  };

  const feeds = (): Readonly<Record<string, Feed>> =>
    Object.fromEntries(model.inputs.map((port) => [port.name, feedOf(port, choices[port.name]!, sizes)]));

  const attempt = async (what: 'run' | 'time', act: () => Promise<string>): Promise<void> => {
    setBusy(what);
    setFault(undefined);
    onStatus(what === 'run' ? 'running' : 'timing');
    try {
      await opened;
      if (seed !== undefined && seed !== used) {
        onInitialized(await runner.call('initialize', { seed }));
        setUsed(seed);
      }
      onStatus(await act());
    } catch (error) {
      if (error instanceof Cancelled) {
        onStatus('cancelled');
        onReopen();
        setUsed(undefined);
      } else {
        setFault(faultOf(error));
        onStatus('the run failed');
      }
    } finally {
      setBusy(undefined);
    }
  };

  const run = (): Promise<void> =>
    attempt('run', async () => {
      const got = await runner.call('run', { feeds: feeds() });
      setResult(got);
      onInitialized(got.initialized);
      return `ran in ${durationText(got.milliseconds)}`;
    });

  const time = (): Promise<void> =>
    attempt('time', async () => {
      const got = await runner.call('time', { feeds: feeds() }, (text) => onStatus(`timing: ${text}`));
      setTiming(got);
      return `median ${durationText(got.median)}`;
    });

  useEffect(() => {
    if (Object.keys(data.inputs).length > 0) void run();
  }, []);

  return (
    <>
      <div class="inputs">
        {model.inputs.map((port) => (
          <InputForm
            key={port.name}
            port={port}
            choice={choices[port.name]!}
            usual={firstChoice(port, model)}
            shape={shapes[port.name]}
            onChoose={(choice) => choose(port.name, choice)}
            onFault={(error) => setFault(faultOf(error))}
          />
        ))}
      </div>
      <div class="fields">
        {model.symbols.map(({ name, min, max }) => (
          <label class="field" key={name}>
            <span>{name}</span>
            <input
              type="number"
              min={min}
              max={max}
              value={sizes[name]}
              onInput={({ currentTarget: { valueAsNumber } }) => {
                if (Number.isInteger(valueAsNumber)) setSizes({ ...sizes, [name]: valueAsNumber });
              }}
            />
          </label>
        ))}
        {isSeeded && (
          <label class="field">
            <span>seed of the parameters</span>
            <input
              type="text"
              inputMode="numeric"
              pattern="[0-9]{1,20}"
              placeholder="as compiled"
              value={seed ?? ''}
              onInput={({ currentTarget: { value } }) => setSeed(/^\d{1,20}$/.test(value) ? value : undefined)}
            />
          </label>
        )}
        <div class="actions">
          <button type="button" class="primary" disabled={busy !== undefined} onClick={() => void run()}>
            Run
          </button>
          <button type="button" disabled={busy !== undefined} onClick={() => void time()}>
            Time
          </button>
          <button type="button" disabled={busy === undefined} onClick={() => runner.stop()}>
            Cancel
          </button>
        </div>
      </div>
      {fault && <FaultPanel fault={fault} />}
      {timing && <TimingText timing={timing} multiplyAdds={countOf(model.total.multiplyAdds, sizes)} />}
      {result ? (
        <div class="outputs">
          {Object.entries(result.outputs).map(([name, output]) => (
            <OutputView key={name} name={name} output={output} />
          ))}
        </div>
      ) : (
        <p class="muted">Run shows the outputs; Time repeats the forward pass in a worker and tells the median.</p>
      )}
    </>
  );
}
