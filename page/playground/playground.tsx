import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Editor } from '../editor/editor.js';
import type { Problem } from '../editor/problems.js';
import { ModelView } from '../model-view.js';
import { durationText, plural } from '../text.js';
import { FaultPanel } from '../ui/fault-panel.js';
import { Shell } from '../ui/shell.js';
import { Cancelled, faultOf, Remote, type Fault } from '../workers/rpc.js';
import { examples, fetchExample, type Example } from './examples.js';
import type { Compiled, CompilerFunctions, FormOptions } from './functions.js';
import { OptionsForm } from './options-form.js';
import { useDrops } from './drops.js';

const startWorker = (): Worker =>
  new Worker(new URL('compiler-worker.js', document.baseURI), { type: 'module', name: 'compiler' });

const usual: FormOptions = { target: 'baseline', weights: 'seed', storage: 'f32', seed: '0', dims: '' };
const PAUSE = 450;

/** Files that were opened together, or none: then the text is all there is. */
interface Source {
  readonly id: number;
  readonly files: readonly File[];
  readonly name: string;
}

interface Shown extends Compiled {
  readonly generation: number;
}

const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '').replace(/[^\w.-]+/g, '_') || 'model';

/** The files whose name the model goes by stand first. */
const leadOf = (files: readonly File[]): File =>
  files.find(({ name }) => /\.(onnx|json|keras|h5|hdf5)$/i.test(name)) ?? files[0]!;

/** A model to edit or to open, compiled in the page. */
export function Playground() {
  const compiler = useMemo(() => new Remote<CompilerFunctions>(startWorker), []);
  const [source, setSource] = useState<Source>({ id: 0, files: [], name: 'model' });
  /** What the editor was given, undefined where there is nothing to edit. */
  const [loaded, setLoaded] = useState<{ readonly text: string } | undefined>({ text: '' });
  const [text, setText] = useState<string | undefined>('');
  const [options, setOptions] = useState(usual);
  const [shown, setShown] = useState<Shown | undefined>();
  const [fault, setFault] = useState<Fault | undefined>();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [target, setTarget] = useState<{ readonly at: number } | undefined>();
  const [busy, setBusy] = useState(false);
  const [status, setStatus] = useState('');
  const count = useRef(0);
  const timer = useRef(0);

  const load = (given: string | undefined): void => {
    setLoaded(given === undefined ? undefined : { text: given });
    setText(given);
  };

  const compile = async (from: Source, edited: string | undefined, settings: FormOptions): Promise<void> => {
    window.clearTimeout(timer.current);
    const own = ++count.current;
    const isLatest = (): boolean => own === count.current;
    setBusy(true);
    try {
      const request = { source: from.id, files: from.files, text: edited, name: from.name, options: settings };
      const compiled = await compiler.call('compile', request, (progress) => {
        if (isLatest()) setStatus(progress);
      });
      if (!isLatest()) return;
      setShown({ ...compiled, generation: own });
      if (edited === undefined) load(compiled.text);
      setFault(undefined);
      setStatus(`compiled in ${durationText(compiled.milliseconds)}`);
    } catch (error) {
      if (!isLatest()) return;
      if (error instanceof Cancelled) setStatus('cancelled');
      else {
        const found = faultOf(error);
        setFault(found);
        setStatus(found.issues ? plural(found.issues.length, 'fault') : 'it cannot be compiled');
      }
    } finally {
      if (isLatest()) setBusy(false);
    }
  };

  /** After a pause: what is typed meanwhile comes with it. */
  const compileSoon = (edited: string | undefined, settings: FormOptions): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void compile(source, edited, settings), PAUSE);
  };

  const openFiles = async (files: readonly File[]): Promise<void> => {
    if (files.length === 0) return;
    const next = { id: source.id + 1, files, name: stemOf(leadOf(files).name) };
    setSource(next);
    setFault(undefined);
    const lead = leadOf(files);
    load(/\.json$/i.test(lead.name) ? await lead.text() : undefined);
    await compile(next, undefined, options);
  };

  const openExample = (example: Example): void => {
    setStatus(`loading ${example.name}`);
    fetchExample(example).then(openFiles, (error: unknown) => setFault(faultOf(error)));
  };

  const isOver = useDrops((files) => void openFiles(files));
  useEffect(() => () => compiler.stop(), [compiler]);

  const title = shown ? (shown.data.model.name ?? shown.data.module.name) : 'playground';
  return (
    <Shell
      title={title}
      status={status}
      hasSections={shown !== undefined}
      footer="Nothing leaves this page: models are read, compiled and run in it."
    >
      <div class={isOver ? 'workbench over' : 'workbench'}>
        <section class="source" aria-labelledby="source-title">
          <h2 id="source-title" class="unseen">
            Source
          </h2>
          <div class="toolbar">
            <label class="button">
              Open a model
              <input
                type="file"
                class="unseen"
                multiple
                accept=".onnx,.json,.safetensors,.bin,.keras,.h5"
                onChange={({ currentTarget }) => {
                  void openFiles([...(currentTarget.files ?? [])]);
                  currentTarget.value = '';
                }}
              />
            </label>
            <select
              aria-label="Open an example"
              value=""
              onChange={({ currentTarget }) => {
                const example = examples.find(({ name }) => name === currentTarget.value);
                currentTarget.value = '';
                if (example) openExample(example);
              }}
            >
              <option value="">Examples</option>
              {examples.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
            <button
              type="button"
              class="primary"
              disabled={busy || (text === '' && source.files.length === 0)}
              onClick={() => void compile(source, text, options)}
            >
              Compile
            </button>
            <button type="button" disabled={!busy} onClick={() => compiler.stop()}>
              Cancel
            </button>
          </div>
          {loaded === undefined ? (
            <div class="editor imported">
              <p>
                <strong>{source.files.map(({ name }) => name).join(', ')}</strong>
              </p>
              <p class="muted">
                Models of ONNX and graph-models are compiled as they are: their nodes are no layers of a declaration, so
                there is no JSON to edit.
              </p>
              <button
                type="button"
                onClick={() => {
                  setSource({ id: source.id + 1, files: [], name: 'model' });
                  load('');
                  setFault(undefined);
                }}
              >
                Write a graph instead
              </button>
            </div>
          ) : (
            <Editor
              loaded={loaded}
              fault={fault}
              target={target}
              onProblems={setProblems}
              onCompile={() => void compile(source, text, options)}
              onChange={(edited) => {
                setText(edited);
                if (edited !== loaded.text && edited.trim() !== '') compileSoon(edited, options);
              }}
            />
          )}
          <OptionsForm
            options={options}
            onChange={(next) => {
              setOptions(next);
              if (shown || fault) compileSoon(text, next);
            }}
          />
          <div class="problems" role="region" aria-label="Faults" aria-live="polite" tabIndex={0}>
            {!fault && <p class="muted">Faults are shown here with their lines, and marked in the text.</p>}
            {fault && (
              <FaultPanel fault={fault}>
                {text === undefined || problems.length === 0 ? undefined : (
                  <ul>
                    {problems.map(({ from, line, message }, index) => (
                      <li key={index}>
                        <button type="button" class="link" onClick={() => setTarget({ at: from })}>
                          line {line}
                        </button>
                        {message}
                      </li>
                    ))}
                  </ul>
                )}
              </FaultPanel>
            )}
            {fault && shown && <p class="muted">What is shown is the model that compiled last.</p>}
          </div>
        </section>
        <div class={fault && shown ? 'result stale' : 'result'}>
          {shown ? (
            <ModelView key={shown.generation} data={shown.data} onStatus={setStatus} />
          ) : (
            <Welcome onOpen={openExample} />
          )}
        </div>
      </div>
    </Shell>
  );
}

/** What is shown before there is a model. */
function Welcome({ onOpen }: { readonly onOpen: (example: Example) => void }) {
  return (
    <section class="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">Compile a neural network into one WebAssembly module</h2>
      <p>
        Drop a model anywhere on this page: a file of ONNX, a declaration in JSON with its .safetensors, a model.json of
        TensorFlow.js with its shards. Or write a graph on the left. It is drawn, compiled, run and timed right here.
      </p>
      <ul class="examples">
        {examples.map((example) => (
          <li key={example.name}>
            <button type="button" onClick={() => onOpen(example)}>
              <strong>{example.name}</strong>
              <span>{example.what}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
