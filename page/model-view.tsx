import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ReportData } from '../compiler/report/document.js';
import { GraphView } from './graph/graph-view.js';
import { createRunner } from './runner/client.js';
import type { Initialized } from './runner/functions.js';
import { RunSection } from './run/run-section.js';
import { Facts } from './sections/facts.js';
import { Memory } from './sections/memory.js';
import { ModuleFiles } from './sections/module.js';
import { Parameters } from './sections/parameters.js';
import { Summary } from './sections/summary.js';
import { FaultPanel } from './ui/fault-panel.js';
import { Cancelled, faultOf, type Fault } from './workers/rpc.js';

interface Props {
  readonly data: ReportData;
  /** Tells what goes on, in words that are read aloud. */
  readonly onStatus: (text: string) => void;
}

export const sectionLinks: readonly (readonly [id: string, title: string])[] = [
  ['graph', 'Graph'],
  ['run', 'Run'],
  ['summary', 'Summary'],
  ['parameters', 'Parameters'],
  ['memory', 'Memory'],
  ['module', 'Module'],
];

function Section({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  const [, title] = sectionLinks.find(([each]) => each === id)!;
  return (
    <section id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}

/** All that is shown of a model, the same in the report and in the playground. */
export function ModelView({ data, onStatus }: Props) {
  const { model, module, histograms } = data;
  const runner = useMemo(createRunner, []);
  const [attempt, setAttempt] = useState(0);
  const [now, setNow] = useState<Initialized | undefined>();
  const [fault, setFault] = useState<Fault | undefined>();
  const opened = useMemo(
    () => runner.call('open', { binary: module.binary, weights: module.weights }),
    [runner, module, attempt],
  );
  useEffect(() => {
    setFault(undefined);
    setNow(undefined);
    opened.then(setNow, (error: unknown) => {
      if (!(error instanceof Cancelled)) setFault(faultOf(error));
    });
  }, [opened]);
  useEffect(() => () => runner.stop(), [runner]);
  const known = now?.histograms ?? histograms;
  return (
    <>
      <Facts model={model} module={module} />
      <Section id="graph">
        <GraphView model={model} />
      </Section>
      <Section id="run">
        {fault && <FaultPanel fault={fault} />}
        <RunSection
          data={data}
          runner={runner}
          opened={opened}
          onInitialized={setNow}
          onStatus={onStatus}
          onReopen={() => setAttempt(attempt + 1)}
        />
      </Section>
      <Section id="summary">
        <Summary model={model} />
      </Section>
      <Section id="parameters">
        <Parameters
          histograms={known}
          deferred={now?.deferred ?? []}
          seed={now?.seed ?? '0'}
          isGiven={known.length > 0 && model.variables.every(({ given }) => given)}
        />
      </Section>
      <Section id="memory">
        <Memory memory={model.memory} />
      </Section>
      <Section id="module">
        <ModuleFiles module={module} model={model} />
      </Section>
    </>
  );
}
