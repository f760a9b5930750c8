/** The page of a report: what it is about stands in the document, as JSON. */
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { parseScriptJson, type ReportData } from '../compiler/report/document.js';
import { ModelView } from './model-view.js';
import { Shell } from './ui/shell.js';

function Report({ data }: { readonly data: ReportData }) {
  const [status, setStatus] = useState('');
  return (
    <Shell
      title={data.model.name ?? data.module.name}
      status={status}
      footer={`Written by nacre ${data.version}. The compiler is not in this page: edit models in the playground, or compile them with nacre compile.`}
    >
      <ModelView data={data} onStatus={setStatus} />
    </Shell>
  );
}

const text = document.getElementById('report-data')!.textContent;
render(<Report data={parseScriptJson(text) as ReportData} />, document.getElementById('page')!);
